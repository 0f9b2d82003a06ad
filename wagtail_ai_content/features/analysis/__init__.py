"""Analysis: what could be better in the texts of an open form, said as suggestions to take, show or dismiss.

Never here: changing a text, remembering what was dismissed (``records``), reading from the page's tables: the texts
come with the request, because the form may hold words that were never saved.
"""
