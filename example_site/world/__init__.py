"""Ebbstow, an invented tidal island: page types, content, people and the look of its site.

Nothing here knows about AI, with one exception that the demonstration needs: ``first_job``. The page types are what
any Wagtail project might have, which is the point: the AI app must work with them as they are.
"""
