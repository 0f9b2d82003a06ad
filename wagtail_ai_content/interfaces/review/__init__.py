"""The review screen: what AI proposes for which page, compared with what is there now, taken or left by a person.

Never here: what a decision does to a page (``pipeline.review``), merging or comparing (``core.versions``).
"""
