"""Who may use AI: what groups were granted, where it is switched off, and who does not want it.

Never here: whether somebody may edit a page, which Wagtail says (``pipeline.rights`` asks both).
"""
