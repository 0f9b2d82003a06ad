"""What a person is told about the engine's work.

Whole sentences without placeholders: the note travels inside the reply as plain English, and whoever shows it can look
it up in the catalogue as it stands.
"""

from __future__ import annotations

from ...text import gettext_noop

COMPOSED = gettext_noop(
    "The built-in engine put this text together from sentences already on the site (nothing was invented): "
    "it chose those closest to this page's title and grouped them under headings."
)
SHORTENED = gettext_noop(
    "The built-in engine put this text together from sentences already on the site (nothing was invented): "
    "it kept the most telling ones and left out the others."
)
LISTED = gettext_noop(
    "The built-in engine put this text together from sentences already on the site (nothing was invented): "
    "it turned paragraphs into lists, one sentence to an item."
)
TIDIED = gettext_noop(
    "The built-in engine put this text together from sentences already on the site (nothing was invented): "
    "it only removed doubled words, repeated sentences and stray spaces."
)
TIDIED_ONLY = gettext_noop(
    "The built-in engine put this text together from sentences already on the site (nothing was invented): it cannot "
    "follow this instruction, so it only removed doubled words, repeated sentences and stray spaces."
)
UNCHANGED = gettext_noop(
    "The built-in engine only puts texts together from sentences already on the site (nothing was invented), "
    "and found nothing to change."
)
UNCHANGED_ONLY = gettext_noop(
    "The built-in engine only puts texts together from sentences already on the site (nothing was invented): it cannot "
    "follow this instruction, so it changed nothing."
)
TITLED = gettext_noop(
    "The built-in engine put these titles together from sentences already on the site (nothing was invented): "
    "it used the text's key phrases and its most telling sentences."
)
DESCRIBED = gettext_noop(
    "The built-in engine put this description together from sentences already on the site (nothing was invented): "
    "it chose the most telling ones that fit and cut them to length."
)
SUMMARISED = gettext_noop(
    "The built-in engine put this summary together from sentences already on the site (nothing was invented): "
    "it kept the most telling ones in their order."
)
FILLED = gettext_noop(
    "The built-in engine put this answer together from sentences already on the site (nothing was invented): "
    "it filled in titles, sentences and key phrases, and left numbers and choices neutral."
)
ARRANGED = gettext_noop(
    "The built-in engine put these arrangements together from sentences already on the page (nothing was invented): "
    "it chose those closest to the brief."
)
IN_SHORT = gettext_noop("As paragraphs")
IN_SHORT_REASON = gettext_noop("For readers who read on: what matters most comes first.")
IN_POINTS = gettext_noop("Point by point")
IN_POINTS_REASON = gettext_noop("For readers in a hurry: one sentence to a point.")
WITH_QUOTE = gettext_noop("Opened by a quotation")
WITH_QUOTE_REASON = gettext_noop("For readers who want to be drawn in: somebody speaks first.")
COUNTED = gettext_noop(
    "The built-in engine only counted words, sentences and repetitions. What a text says, it cannot judge."
)
UNTITLED = gettext_noop("Untitled")
