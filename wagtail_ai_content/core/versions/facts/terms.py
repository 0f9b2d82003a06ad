"""How languages write numbers, dates and units: the words and signs that facts are told by.

The languages are those of the built-in engine. The full names of months of all of them are known everywhere, as none
means another month elsewhere; short ones only in their own language and English. In a language that is not here
numbers are read as most of the world writes dates (day first) and as English writes decimals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

MONTHS_FIRST_REGIONS = frozenset({"us", "ph", "fm", "pw"})
"""Regions where 3/12 is 12 March."""
DAY_FIRST_ENGLISH = frozenset({"gb", "ie", "au", "nz", "in", "za", "sg", "hk", "mt", "ke", "ng", "gh", "my", "jm"})
POINT_REGIONS = frozenset({"ch", "li", "mx", "us", "pr", "do", "gt", "hn", "ni", "pa", "sv", "pe"})
"""Regions that write 1.5 although their language writes 1,5."""
COMMA_LANGUAGES = frozenset({"de", "fr", "es", "it", "nl", "pt"})
DOTTED_DATES = frozenset({"de", "it", "fr", "nl"})
"""Languages where 1.2.26 is a date and not a version."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How one language writes numbers and dates."""

    decimal: str
    """``.`` or ``,``; the other one parts thousands."""
    month_first: bool
    """True where 3/12/26 is 12 March."""
    dotted_dates: bool
    months: Mapping[str, int]
    """Names and short names, casefolded and without a full stop."""
    multipliers: Mapping[str, int]
    """Words for powers of ten, as the exponent."""


@lru_cache(maxsize=64)
def terms_of(code: str) -> Terms:
    """The terms of a language tag such as ``de``, ``de-CH`` or ``en_GB``."""
    language, _, rest = code.replace("_", "-").casefold().partition("-")
    region = rest.rpartition("-")[2]
    comma = language in COMMA_LANGUAGES and region not in POINT_REGIONS
    first = region in MONTHS_FIRST_REGIONS or (language == "en" and region not in DAY_FIRST_ENGLISH)
    return Terms(
        decimal="," if comma else ".",
        month_first=first and language in ("en", "es"),
        dotted_dates=language in DOTTED_DATES,
        months={**_FULL_MONTHS, **_SHORT_MONTHS["en"], **_SHORT_MONTHS.get(language, {})},
        multipliers={**_MULTIPLIERS["en"], **_MULTIPLIERS.get(language, {})},
    )


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _months(names: str) -> dict[str, int]:
    """Twelve entries; ``/`` parts two spellings of one month."""
    return {name: number for number, entry in enumerate(names.split(), 1) for name in entry.split("/") if name != "-"}


_FULL_MONTHS = (
    _months("january february march april may june july august september october november december")
    | _months("januar/jänner februar/feber märz april mai juni juli august september oktober november dezember")
    | _months("janvier février mars avril mai juin juillet août septembre octobre novembre décembre")
    | _months("enero febrero marzo abril mayo junio julio agosto septiembre/setiembre octubre noviembre diciembre")
    | _months("gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre")
    | _months("januari februari maart april mei juni juli augustus september oktober november december")
    | _months("janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro")
)
_SHORT_MONTHS = {
    "en": _months("jan feb mar apr - jun jul aug sep/sept oct nov dec"),
    "de": _months("jan/jän feb mär/mrz apr - jun jul aug sep/sept okt nov dez"),
    "fr": _months("janv févr mars avr - juin juil août sept oct nov déc"),
    "es": _months("ene feb mar abr may jun jul ago sep/sept oct nov dic"),
    "it": _months("gen feb mar apr mag giu lug ago set/sett ott nov dic"),
    "nl": _months("jan feb mrt apr - jun jul aug sep/sept okt nov dec"),
    "pt": _months("jan fev mar abr mai jun jul ago set out nov dez"),
}
_MULTIPLIERS: dict[str, dict[str, int]] = {
    "en": {"thousand": 3, "k": 3, "million": 6, "millions": 6, "m": 6, "mn": 6, "billion": 9, "bn": 9, "trillion": 12},
    "de": {"tausend": 3, "tsd": 3, "million": 6, "millionen": 6, "mio": 6, "milliarde": 9, "milliarden": 9, "mrd": 9}
    | {"billion": 12, "billionen": 12},
    "fr": {"mille": 3, "million": 6, "millions": 6, "milliard": 9, "milliards": 9, "billion": 12, "billions": 12},
    "es": {"mil": 3, "millón": 6, "millones": 6, "billón": 12, "billones": 12},
    "it": {"mila": 3, "milione": 6, "milioni": 6, "mln": 6, "miliardo": 9, "miliardi": 9, "mld": 9},
    "nl": {"duizend": 3, "miljoen": 6, "mln": 6, "miljard": 9, "mld": 9, "biljoen": 12},
    "pt": {"mil": 3, "milhão": 6, "milhões": 6, "bilhão": 9, "bilhões": 9, "biliões": 12},
}

_CODES = "EUR GBP USD AUD CAD NZD BRL JPY CNY CHF SEK NOK DKK INR PLN CZK RUB TRY KRW ILS UAH HUF MXN ZAR"
CURRENCY_CODES: Mapping[str, str] = {code: code for code in _words(_CODES)} | {"RMB": "CNY"}
"""In capitals only: “try 3” is no money."""
CURRENCY_WORDS: Mapping[str, str] = {
    "€": "EUR", "euro": "EUR", "euros": "EUR", "£": "GBP",
    "$": "$", "dollar": "$", "dollars": "$", "dólar": "$", "dólares": "$", "dollari": "$",
    "us$": "USD", "a$": "AUD", "c$": "CAD", "ca$": "CAD", "nz$": "NZD", "r$": "BRL", "reais": "BRL",
    "¥": "¥", "yen": "¥", "sfr": "CHF", "franken": "CHF", "kr": "kr",
    "₹": "INR", "zł": "PLN", "kč": "CZK", "₽": "RUB", "₺": "TRY", "₩": "KRW", "₪": "ILS", "₴": "UAH",
}  # fmt: skip
"""Signs and words, casefolded; a bare dollar, yen sign or crown is not told apart by country."""

_UNIT_WORDS = {
    "%": "% percent per_cent prozent pour_cent por_ciento per_cento procent por_cento percento pct ％",
    "‰": "‰ promille permille",
    "°C": "celsius degrees_celsius grad_celsius degrés_celsius",
    "°F": "fahrenheit degrees_fahrenheit",
    "°": "° degree degrees grad degré degrés grado grados gradi graden grau graus",
    "km": "km kilometre kilometres kilometer kilometers kilomètre kilomètres kilómetro kilómetros chilometro "
    "chilometri quilômetro quilômetros quilómetro quilómetros",
    "m": "metre metres meter meters mètre mètres metro metros metri",
    "cm": "cm centimetre centimetres centimeter centimeters zentimeter centimètre centimètres centímetro centímetros",
    "mm": "mm millimetre millimetres millimeter millimeters millimètre millimètres milímetro milímetros",
    "mi": "mi mile miles meile meilen milla millas",
    "ft": "ft foot feet",
    "km/h": "km/h kmh kph",
    "kg": "kg kilo kilos kilogram kilograms kilogramm kilogramme kilogrammes kilogramo kilogramos chilo chili",
    "g": "gram grams gramm gramme grammes gramo gramos grammo grammi grama gramas",
    "mg": "mg milligram milligrams milligramm milligramme milligrammes miligramo miligramos",
    "t": "tonne tonnes tonnen tonelada toneladas tonnellata tonnellate ton tons",
    "lb": "lb lbs pound pounds",
    "l": "litre litres liter liters litro litros litri",
    "ml": "ml millilitre millilitres milliliter milliliters",
    "ha": "ha hectare hectares hektar hectárea hectáreas",
    "s": "sec secs second seconds sekunde sekunden seconde secondes segundo segundos secondo secondi seconden",
    "min": "min mins minute minutes minuten minuto minutos minuti minuut",
    "h": "hr hrs hour hours stunde stunden std heure heures hora horas ora ore uur",
    "d": "day days tag tage tagen jour jours día días giorno giorni dag dagen dia dias",
    "wk": "week weeks woche wochen semaine semaines semana semanas settimana settimane weken",
    "mo": "month months monat monate monaten mois mes meses mese mesi maand maanden mês",
    "y": "year years jahr jahre jahren an ans année années año años anno anni jaar ano anos",
}
UNIT_WORDS: Mapping[str, str] = {
    word.replace("_", " "): unit for unit, words in _UNIT_WORDS.items() for word in _words(words)
}
"""Words and signs for units in which case does not matter, casefolded."""
_SIGNS = (
    "m g t l s h d W kW MW GW Wh kWh MWh GWh V kV A mA Hz kHz MHz GHz B kB KB MB GB TB PB Mbit Gbit m² km² cm² m2 km2 "
    "m³ m3 cm³ cm3 °C °F J kJ kcal cal N Pa hPa kPa bar px dpi µg µm nm dB"
)
UNIT_SIGNS: Mapping[str, str] = {
    **{sign: sign.replace("²", "2").replace("³", "3") for sign in _words(_SIGNS)},
    **{"L": "l", "mL": "ml"},
}
"""Signs in which case matters: a megawatt is no milliwatt."""
ORDINALS = _words("st nd rd th er re e ème o a º ª te ter tes ste de")
"""Endings that make a number an ordinal, which is the same number."""
PARTICLES = _words("of de del della di da do dos das du des la le van von der den ter ten y e")
"""Words in lower case that may stand inside a name, in languages whose nouns have none anyway."""
NOT_NAMES = _words("i i'm i've i'd i'll mr mrs ms miss dr prof sir herr frau sr sra mme mlle dhr mevr sig")
"""Words with a capital that are no names, and titles before one, casefolded."""
