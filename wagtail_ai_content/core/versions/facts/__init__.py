"""Facts a text states: numbers, dates, money, names, quotations, and what its markup holds.

By rules a person can check, in linear time, for the languages of the built-in engine; never by a model. Never here:
comparing two texts (``invariants``).
"""
