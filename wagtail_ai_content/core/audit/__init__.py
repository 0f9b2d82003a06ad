"""The audit trail as a chain of entries: how one follows from the other, what proves its end, what breaks it.

Never here: where entries, keys and anchors are kept (``records.audit``), what is worth an entry (``pipeline.audit``).
"""
