"""What was used of AI, what may be used, and what it costs.

Never here: what a request will take (``pipeline.usage``), or in which words it is refused (``core.usage``).
"""
