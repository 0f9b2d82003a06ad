"""What a site forbids an AI to do.

Never here: looking for it in a text (``core``).
"""
