"""The built-in engine: honest, deterministic work without a key, offline.

It puts texts together from sentences that are already on the site, with the classical methods of extractive
summarisation, and says so in every ``note``. It is the default where no AI provider is configured.

::

    provider          a Request in, a Reply out
    answers           which work a request asks for, and its answer as a value or as text
    material          the request's plain data, read tolerantly
    digest            one text, ranked: its titles, description, summary, key phrases
    compose           a blank page, from the section's other pages
    arrange           blocks, from the sentences of the open page
    assist            one text of the editor, for each action that needs no words of its own
    findings          what can be told about texts by counting
    revise, shorten   texts that are there: shortened, listed, tidied
    tidy, markup      a unit's HTML, sentence by sentence, without ever cutting through a tag
    rank, phrases     what matters in a text
    sentences, words, trim, languages
    fill, conform     a value of any JSON Schema's form
    notes             what a person is told

Never here: words of its own in a text (only ``notes`` speaks), randomness, a clock, the network, the prompt's prose, a
third party's package, anything slower than about linear in the text.
"""

from __future__ import annotations

from .provider import ExtractiveProvider

__all__ = ["ExtractiveProvider"]
