"""How much AI people, groups and sites may use: limits, the periods they are counted in, and what a request takes.

Never here: what was used (``records.usage``), or the clock.
"""
