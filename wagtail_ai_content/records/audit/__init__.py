"""The audit trail: what AI did here, who asked, who decided. Only ``api.py`` queries it; nothing changes an entry.

Never here: how entries are chained and checked (``core.audit``), and what is worth an entry (``pipeline.audit``).
"""
