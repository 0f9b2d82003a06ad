"""The “AI review” task of Wagtail's workflows.

Never here: deciding about a change (``pipeline.review``).
"""
