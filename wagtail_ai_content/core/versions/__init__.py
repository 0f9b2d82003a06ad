"""Content as data: rich text in units, places inside a page, and what makes two contents equal.

Never here: reading or writing a page (``records`` and ``pipeline``), calling a model, cleaning what a model wrote
(``guardrails``).
"""
