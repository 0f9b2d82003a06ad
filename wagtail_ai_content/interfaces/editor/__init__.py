"""AI inside the page editor: what arrives while a page is open is told there, and can be taken into the open form.

The form that a person has open is the truth here: it is read, never saved, and only the browser changes it. Never here:
merging (``core.versions``), deciding and recording (``pipeline``).
"""
