"""Which suggestions about a text a person does not want to see again.

Never here: how suggestions are made (``features.analysis``).
"""
