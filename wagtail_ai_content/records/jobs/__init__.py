"""Jobs: the truth about every request. The queue is only a bell; a job is what its row says.

Never here: running a job (``pipeline``), or a status change without a condition on the row it found.
"""
