"""Which words of a page or snippet an AI wrote, and in which generation.

Never here: how words are attributed (``core.versions.attribution``), what a version proposes (``records.versions``).
"""
