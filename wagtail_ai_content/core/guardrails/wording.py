"""Two checks of an answer's wording that come with the app: they warn, and leave the deciding to people.

What stood in the text before is a person's own and is not held against the model. The lists are short on purpose: a
warning that is mostly wrong is soon read by nobody. A site adds its own words with a rule set.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar, Final

from ..text import Text, gettext_noop
from .check import Action, Asker, Content, Finding, Guardrail, Stage
from .patterns import folded, phrases
from .rules import place

INCLUSIVE: Final[Mapping[str, str]] = {
    # English
    "blacklist*": "blocklist",
    "whitelist*": "allowlist",
    "chairman": "chair",
    "chairmen": "chairs",
    "fireman": "firefighter",
    "firemen": "firefighters",
    "policeman": "police officer",
    "policemen": "police officers",
    "mailman": "mail carrier",
    "salesman": "salesperson",
    "salesmen": "sales staff",
    "stewardess*": "flight attendant",
    "man-hours": "working hours",
    "man hours": "working hours",
    "mankind": "humanity",
    "manpower": "workforce",
    "cleaning lady": "cleaner",
    "wheelchair-bound": "using a wheelchair",
    "wheelchair bound": "using a wheelchair",
    "confined to a wheelchair": "using a wheelchair",
    "suffers from autism": "is autistic",
    "mentally retarded": "with a learning disability",
    "the disabled": "disabled people",
    "the handicapped": "disabled people",
    "illegal immigrant*": "undocumented migrants",
    "third world": "low-income countries",
    "opposite sex": "another gender",
    "sex change": "gender transition",
    # German
    "an den rollstuhl gefesselt": "im Rollstuhl",
    "putzfrau*": "Reinigungskraft",
    "taubstumm*": "gehörlos",
    "mannstunden": "Arbeitsstunden",
    # French
    "femme de ménage": "agent d’entretien",
    "sourd-muet*": "sourd",
    # Spanish
    "minusválid*": "persona con discapacidad",
    "sordomud*": "persona sorda",
}
"""Words, and what is said instead."""

CLAIMS: Final = (
    # English
    "guaranteed results", "guaranteed return*", "money-back guarantee", "risk-free", "risk free", "100% safe",
    "completely safe", "no side effects", "without side effects", "clinically proven", "scientifically proven",
    "medically proven", "doctor recommended", "miracle cure*", "cures cancer", "cure for", "best in the world",
    "world's best", "world’s best", "number one in the world", "unrivalled", "unparalleled", "zero emissions",
    "carbon neutral", "climate neutral", "100% natural", "chemical-free", "toxin-free", "never fails",
    # German
    "garantierte ergebnisse", "ohne nebenwirkungen", "klinisch bewiesen", "wissenschaftlich bewiesen", "klimaneutral*",
    "weltweit führend*", "völlig risikofrei", "100 % natürlich",
    # French
    "résultats garantis", "sans effets secondaires", "cliniquement prouvé", "scientifiquement prouvé", "sans risque",
    # Spanish
    "resultados garantizados", "sin efectos secundarios", "clínicamente probado", "científicamente probado",
)  # fmt: skip
"""What a company must be able to prove when it says so."""


class _Wording(Guardrail):
    """Phrases that are new in an answer."""

    stages = frozenset({Stage.REPLY})
    only_warns = True
    phrases: ClassVar[Mapping[str, str]]
    category: ClassVar[str]
    told: ClassVar[str]
    """The template of what a person is told: ``excerpt``, ``advice``."""

    def __init__(self) -> None:
        self._any = phrases(self.phrases)
        self._each = [(phrases([words]), instead) for words, instead in self.phrases.items()]

    async def judge(self, content: Content, models: Asker) -> Iterable[Finding]:
        texts = [folded(text) for text in content.texts]
        return list(self._found(texts, folded(content.given))) if place(self._any, texts) else ()

    def _found(self, texts: Sequence[str], given: str) -> Iterator[Finding]:
        for pattern, instead in self._each:
            found = place(pattern, texts)
            if found and not pattern.find(given):
                told = Text(self.told, {"excerpt": found, "advice": instead})
                yield Finding(action=Action.WARN, category=self.category, excerpt=found, advice=instead, text=told)


class InclusiveLanguage(_Wording):
    """Warns of words that leave people out, and names others."""

    name = gettext_noop("Inclusive language")
    category = gettext_noop("a word that may leave people out")
    told = gettext_noop("A word in the answer may leave people out: “%(excerpt)s”. Often said instead: %(advice)s.")
    phrases = INCLUSIVE


class Claims(_Wording):
    """Warns of promises that somebody has to be able to prove."""

    name = gettext_noop("Claims")
    category = gettext_noop("a claim that needs proof")
    told = gettext_noop("The answer makes a claim that you must be able to prove: “%(excerpt)s”.")
    phrases = dict.fromkeys(CLAIMS, "")
