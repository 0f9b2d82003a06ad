"""What is stored: one Django app label, a folder a noun, one door a table.

Only ``records/<noun>/api.py`` queries that noun's tables; its ``__all__`` is the promise to the floors above.

Never here: a model call, a queue, a Wagtail revision, an opinion on what a job should do next.
"""
