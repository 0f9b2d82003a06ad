"""Who is to be told what about AI, who was, and who does not want to be.

Never here: a mail, or the question who may review a page (``interfaces.notices``).
"""
