"""What AI wrote for a piece of content: the versions kept apart from Wagtail's revisions, and what became of them.

Never here: writing a page (``pipeline.write``), merging (``core.versions``).
"""
