"""Administering AI in Wagtail: prompts and model profiles as snippets, AI entries in the history of pages.

Never here: the review of AI versions (``review``), the editor's own controls (``editor``).
"""
