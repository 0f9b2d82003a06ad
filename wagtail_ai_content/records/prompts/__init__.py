"""Prompts and model profiles as editors and content leads keep them.

Never here: rendering a prompt (``core.prompts``), or a query of these tables outside ``api``.
"""
