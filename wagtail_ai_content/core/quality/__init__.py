"""How good a text is, as far as it can be counted: criteria with reasons, and a score made of them.

Never here: a model's opinion, and anything that cannot be worked out again from the texts alone.
"""
