"""Writing: the text of a page, a rewrite, titles, search texts, summaries.

Here lives what a text on a Wagtail page *is*: where one may be written (``fields``, ``targets``), what surrounds it
(``context``), how it travels to a model and back piece by piece (``units``, ``markup``), and how a new one is built
(``blocks``). Never here: calls to a model, saving, anything that publishes, and any knowledge of a site's own models.
"""
