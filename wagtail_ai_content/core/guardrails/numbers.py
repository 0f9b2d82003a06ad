"""Numbers that belong to a person, told from other numbers by their check digits.

The one file that imports python-stdnum and phonenumbers, each at its first use.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final


@dataclass(frozen=True, kw_only=True)
class Identity:
    """A kind of national id."""

    kind: str
    """The module of stdnum that knows its check digits."""
    form: str
    """How it is written, as a pattern."""
    words: str = ""
    """A pattern of which something must stand in front; empty where the form tells it from all other numbers."""


IDENTITIES: Final[Sequence[Identity]] = (
    Identity(kind="gb.nhs", form=r"\d{3}[ -]?\d{3}[ -]?\d{4}", words=r"\bnhs\b"),
    Identity(kind="es.dni", form=r"\d{8}[ -]?[A-Za-z]"),
    Identity(kind="es.nie", form=r"[XYZxyz][ -]?\d{7}[ -]?[A-Za-z]"),
    Identity(kind="de.idnr", form=r"\d{2} ?\d{3} ?\d{3} ?\d{3}", words=r"steuer|tax|idnr|\btin\b"),
    Identity(kind="br.cpf", form=r"\d{3}\.\d{3}\.\d{3}-\d{2}"),
    Identity(kind="br.cpf", form=r"\d{11}", words=r"\bcpf\b"),
    Identity(kind="pl.pesel", form=r"\d{11}", words=r"pesel"),
    Identity(kind="se.personnummer", form=r"(?:\d{2})?\d{6}[-+]\d{4}"),
    Identity(kind="in_.aadhaar", form=r"\d{4}[ -]?\d{4}[ -]?\d{4}", words=r"aadha+r|\buid"),
    Identity(kind="in_.pan", form=r"[A-Z]{5}\d{4}[A-Z]"),
    Identity(kind="fi.hetu", form=r"\d{6}[-+A-FU-Ya-fu-y]\d{3}[0-9A-Za-z]"),
    Identity(kind="us.ssn", form=r"\d{3}-\d{2}-\d{4}"),
    Identity(kind="us.ssn", form=r"\d{3} ?\d{2} ?\d{4}", words=r"\bssn\b|social security"),
    Identity(kind="fr.nir", form=r"[12] ?\d{2} ?\d{2} ?\d[\dABab] ?\d{3} ?\d{3} ?\d{2}"),
    Identity(kind="it.codicefiscale", form=r"[A-Za-z]{6}\d{2}[A-Za-z]\d{2}[A-Za-z]\d{3}[A-Za-z]"),
    Identity(kind="nl.bsn", form=r"\d{3}[ .]?\d{3}[ .]?\d{3}|\d{4}\.\d{2}\.\d{3}", words=r"\bbsn\b|burgerservice|sofi"),
    Identity(kind="dk.cpr", form=r"\d{6}-?\d{4}", words=r"\bcpr\b|personnummer"),
    Identity(kind="no.fodselsnummer", form=r"\d{6} ?\d{5}", words=r"f.dsels|personnummer|fnr"),
    Identity(kind="be.nn", form=r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}"),
    Identity(kind="ch.ssn", form=r"756\.?\d{4}\.?\d{4}\.?\d{2}"),
    Identity(kind="ca.sin", form=r"\d{3}[ -]?\d{3}[ -]?\d{3}", words=r"\bsin\b|social insurance|\bnas\b"),
    Identity(kind="au.tfn", form=r"\d{3} ?\d{3} ?\d{3}", words=r"\btfn\b|tax file"),
    Identity(kind="cn.ric", form=r"\d{17}[\dXx]"),
    Identity(kind="mx.curp", form=r"[A-Z]{4}\d{6}[A-Z]{6}[A-Z\d]\d"),
    Identity(kind="ie.pps", form=r"\d{7}[A-W][A-IW]?", words=r"\bpps"),
)


def is_iban(text: str) -> bool:
    return bool(_stdnum("iban").is_valid(text))


def is_card(text: str) -> bool:
    return bool(_stdnum("luhn").is_valid("".join(filter(str.isdigit, text))))


def is_identity(kind: str, text: str) -> bool:
    """Whether ``text`` has the check digits of an :class:`Identity` of that kind."""
    return bool(_stdnum(kind).is_valid(text))


def is_phone(text: str, regions: Sequence[str]) -> bool:
    """Whether ``text`` is a telephone number, written internationally or as one writes it in one of ``regions``."""
    phonenumbers: Any = import_module("phonenumbers")
    written = text.replace("00", "+", 1) if text.startswith("00") else text
    is_international = written.lstrip("( ").startswith(("+", "＋"))
    for region in (None,) if is_international else regions:
        try:
            number = phonenumbers.parse(written, region)
        except phonenumbers.NumberParseException:
            continue
        is_one = phonenumbers.is_possible_number if is_international else phonenumbers.is_valid_number
        if is_one(number):
            return True
    return False


def _stdnum(kind: str) -> Any:
    return import_module(f"stdnum.{kind}")
