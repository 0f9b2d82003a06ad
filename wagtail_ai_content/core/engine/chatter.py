"""What models say around or instead of an answer: refusals, introductions, fences, placeholders.

Conservative on purpose. Text that a person wrote may begin with “I'm sorry” or show a template, so only the set phrases
of models count, at the beginning of a short answer.
"""

from __future__ import annotations

import re

LONGEST_REFUSAL = 800
"""Characters; a longer answer that begins like a refusal holds more than one."""

_SORRY = (
    r"(?:(?:i'm|i am) (?:very |really |so |truly )?sorry|sorry|apologies|my apologies|i apologi[sz]e|unfortunately)"
)
_CANNOT = r"(?:can't|cannot|can not|won't|(?:am|'m) not able to|(?:am|'m) unable to)"
_REFUSALS = (
    # English
    rf"{_SORRY}[,.:;]?(?: but)?(?: however,?)? (?:i|as an ai)\b.{{0,60}}?{_CANNOT} (?:help (?:you|with)|assist|comply"
    r"|fulfil|provide|create|generate|produce|write|do (?:that|this)|continue|answer|process|complete|discuss|engage)",
    rf"i ?{_CANNOT} (?:help (?:you )?with|assist (?:you )?with|comply with|fulfill? (?:this|that|your)"
    r"|(?:provide|create|generate|produce|write) (?:that|this|content|text|material)"
    r"|(?:answer|continue with) (?:this|that))",
    rf"as an ai(?: language)?(?: model| assistant)?, i ?(?:{_CANNOT}|must decline)",
    r"i (?:must|have to) (?:respectfully )?decline (?:to|this|that|your)",
    # German
    r"(?:es tut mir (?:sehr )?leid|tut mir leid|entschuldigung|leider)[,.]?(?: aber)? .{0,30}?(?:kann|darf) ich\b"
    r".{0,60}?nicht (?:weiter)?"
    r"(?:helfen|unterstützen|erstellen|schreiben|bereitstellen|beantworten|erfüllen|nachkommen)",
    r"(?:ich kann|dabei kann ich|damit kann ich) (?:dir |ihnen |euch )?(?:dabei |damit |hierbei )?(?:leider )?"
    r"nicht (?:weiter)?helfen",
    # French
    r"(?:(?:je suis |je regrette, )?(?:vraiment )?(?:désolée?|navrée?)[,.]?(?: mais)? )?je ne (?:peux|suis) pas "
    r"(?:en mesure de |capable de )?(?:vous |t')?(?:aider|assister|répondre à cette|satisfaire|fournir|créer|générer)",
    # Spanish, Portuguese, Italian
    r"(?:lo siento|lo lamento|disculp[ae])[,.]?(?: pero)? no (?:puedo|me es posible) "
    r"(?:ayudar|asistir|cumplir|proporcionar|crear|generar|escribir|responder|continuar)",
    r"(?:sinto muito|lamento|desculp[ae])[,.]?(?: mas)? (?:eu )?não posso "
    r"(?:ajudar|atender|cumprir|fornecer|criar|gerar|escrever|responder|continuar)",
    r"(?:mi dispiace|(?:sono )?spiacente)[,.]?(?: ma)? non (?:posso|sono in grado di) "
    r"(?:aiutar|assister|soddisfare|fornire|creare|generare|scrivere|rispondere|continuare)",
    # Dutch and the Nordic languages
    r"(?:het spijt me|sorry|helaas)[,.]?(?: maar)? .{0,20}?(?:kan ik|ik kan)\b.{0,60}?niet (?:mee |bij )?"
    r"(?:helpen|voldoen)",
    r"(?:jag är ledsen|tyvärr|(?:jeg )?beklager|jeg er ked af det|desværre)[,.]?(?: men)? .{0,20}?kan\b.{0,40}?"
    r"(?:inte|ikke) (?:hjälpa|hjelpe|hjælpe)",
    # Polish, Czech, Russian, Ukrainian, Turkish
    r"(?:przykro mi|przepraszam|niestety)[,.]?(?: ale)? nie mogę (?:pomóc|w tym|tego|spełnić|odpowiedzieć)",
    r"(?:je mi líto|omlouvám se|bohužel)[,.]?(?: ale)? .{0,20}?nemohu (?:pomoci|pomoct|splnit|vyhovět)",
    r"(?:извините|простите|к сожалению|мне жаль|прошу прощения)[,.]?(?: но)? я не могу "
    r"(?:помочь|вам|выполнить|ответить|предоставить|создать|с этим)",
    r"(?:вибачте|на жаль|перепрошую)[,.]?(?: але)? я не можу (?:допомогти|вам|виконати|відповісти|з цим)",
    r"(?:üzgünüm|maalesef)[,.]?(?: ama| ancak)? .{0,60}?(?:yardımcı olamam|yardım edemem)",
    # Chinese, Japanese, Korean, Arabic
    r"(?:很|非常)?(?:抱歉|对不起|對不起)[,，。]? ?(?:但|但是)?我(?:不能|无法|無法).{0,10}?"
    r"(?:帮助|协助|提供|满足|回答|幫助|協助|滿足)",
    r"(?:申し訳|恐れ入り|すみません).{0,40}?(?:お手伝い|お答え|対応|ご要望|作成).{0,20}?(?:できません|できかね|いたしかね)",
    r"(?:죄송|미안).{0,40}?(?:도와|도움|답변|요청|제공).{0,20}?(?:수 없|수는 없|수가 없|어렵습니다)",
    r"(?:عذر|آسف|أعتذر|للأسف).{0,30}?لا (?:أستطيع|يمكنني) (?:مساعد|المساعدة|تقديم|الإجابة)",
)
_REFUSAL = re.compile(rf"[\W_]*(?:{'|'.join(_REFUSALS)})", re.IGNORECASE)
_LEADING_TAGS = re.compile(r"(?:\s*<[^<>]{1,100}>)+")

_PLACEHOLDER = re.compile(
    r"""
    \{\{\s*[A-Za-z_][\w.]*\s*(?:\|[^{}\n]{0,60})?\}\}            # {{ company }}
    | \{%[^{}\n]{1,200}%\}                                        # {% if x %}
    | \[(?:insert|enter|add|your|ihre?n?|votre|tu|su)\ [^\[\]\n]{1,40}\](?!\()           # [Your City]
    | \[(?:[^\W\d_]+[ ]){0,3}(?:name|company|address|e-?mail|phone|number|date|city|title|product|website|url
        |kundenname|firmenname|firma|nom|nombre|entreprise|empresa)(?:[ ]here)?\](?!\()  # [Customer Name]
    """,
    re.VERBOSE | re.IGNORECASE,
)

_AGREES = (
    r"(?:sure(?: thing)?|certainly|of course|absolutely|gladly|gerne?|natürlich|klar|selbstverständlich|bien sûr"
    r"|certo|certamente|¡?claro(?: que sí)?|¡?por supuesto|natuurlijk|claro)"
)
_SHOWS = r"(?:here(?:'s| is| are)|below is|hier (?:ist|sind)|voici|aquí (?:tienes?|está)|ecco|aqui está|hier is)"
_THING = (
    r"(?:version|rewrite|draft|text|answer|summary|description|title|headline|heading|paragraph|translation|suggestion"
    r"|meta|alt|html|json|rewritten|revised|improved|shortened|corrected|updated|requested)"
)
_INTRODUCTION = re.compile(
    rf"(?:{_AGREES}\s?[!,.]+\s+(?:{_SHOWS}\b[^\n:]{{0,120}}:)?|{_SHOWS}\s+(?:your|the|a|an|my)\s[^\n:]{{0,80}}?\b{_THING}"
    rf"\b[^\n:]{{0,80}}:)[ \t]*(?:\n+|(?=[\"“„«]))",
    re.IGNORECASE,
)
_FAREWELL = re.compile(
    r"\n\s*(?:let me know if|feel free to|would you like me to|i hope this|sag(?:en sie)? (?:mir )?bescheid)[^\n]*\Z",
    re.IGNORECASE,
)
_FENCE = re.compile(r"(`{3,}|~{3,})[\w+-]*[ \t]*\n(?P<body>.*)\n[ \t]*\1", re.DOTALL)
_QUOTES = (('"', '"'), ("“", "”"), ("„", "“"), ("«", "»"))


def is_refusal(answer: str) -> bool:
    """Whether a short answer declines in one of the set phrases of models."""
    begin = _LEADING_TAGS.sub("", answer[:LONGEST_REFUSAL]).replace("’", "'")
    return len(answer) <= LONGEST_REFUSAL and bool(_REFUSAL.match(begin))


def leftover_placeholders(text: str) -> set[str]:
    """Pieces such as ``[Customer Name]`` or ``{{ company }}`` that somebody should have filled in."""
    return {match[0] for match in _PLACEHOLDER.finditer(text)}


def without_wrapping(answer: str) -> str:
    """``answer`` without “Sure! Here is …:”, and without the fence or the quotation marks around all of the rest."""
    introduction = _INTRODUCTION.match(answer)
    if introduction:
        answer = _FAREWELL.sub("", answer[introduction.end() :])
    fence = _FENCE.fullmatch(answer.strip())
    if fence and fence[1] not in fence["body"]:
        return fence["body"].strip()
    return _unquoted(answer.strip()) if introduction else answer


def _unquoted(text: str) -> str:
    for opening, closing in _QUOTES:
        inner = text[1:-1]
        if text.startswith(opening) and text.endswith(closing) and opening not in inner and closing not in inner:
            return inner.strip() or text
    return text
