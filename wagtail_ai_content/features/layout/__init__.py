"""Arrangements: from a brief to two or three ways of laying out a part of a page, made of blocks allowed there.

Here lives what a block *is* to a model (``forms``, ``outline``), how its answer becomes data of a StreamField
(``values``), and which of it holds up under the block's own ``clean()`` (``arrangements``). Never here: putting
anything into a page; the person does that, block by block, in the open editor.
"""
