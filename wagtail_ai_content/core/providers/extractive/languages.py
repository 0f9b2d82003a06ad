"""What the engine knows about a handful of European languages, and what it does without.

The lists are short on purpose: function words that carry no subject, abbreviations that do not end a sentence, openers
that lean on the sentence before. In a language that is not here, words of up to three letters count as function words.
"""

from __future__ import annotations

from dataclasses import dataclass

NO_WORDS: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Language:
    """What is known about one language; the defaults know nothing."""

    code: str = ""
    stopwords: frozenset[str] = NO_WORDS
    """Function words, casefolded."""
    abbreviations: frozenset[str] = NO_WORDS
    """Written with a full stop that does not end the sentence, casefolded and without that stop."""
    openers: frozenset[str] = NO_WORDS
    """First words of a sentence that cannot be understood without the one before."""
    determiners: frozenset[str] = NO_WORDS
    """Words after which a noun stands: articles, possessives, prepositions that take no verb."""
    doubled: frozenset[str] = NO_WORDS
    """Words that never stand twice in a row on purpose (unlike “had had”, “die die”, “nous nous”)."""
    suffixes: tuple[str, ...] = ()
    """Endings taken off to compare words, longest first."""
    ordinals: bool = False
    """True where “3. Oktober” is a date and not the end of a sentence."""
    capital_nouns: bool = False
    """True where every noun has a capital."""
    conjunction: str = ""
    """“and”, to join two key phrases in a title; empty to use a comma."""
    spaced_punctuation: bool = False
    """True where a space before ``; : ! ?`` is right."""


def _list(words: str) -> frozenset[str]:
    return frozenset(words.split())


ENGLISH = Language(
    code="en",
    stopwords=_list(
        "a about above after again against all almost along already also although always am among an and another "
        "any are aren't around as at away be became because become been before being below between both but by "
        "can can't cannot could couldn't did didn't do does doesn't doing don't done down during each either "
        "enough even ever every few first for from further get gets give gives go goes good got had hadn't has "
        "hasn't have haven't having he her here hers herself him himself his how however i if in instead into is "
        "isn't it it's its itself just keep kept know last least less let lets like made make makes many may me "
        "might more most much must my myself need needs neither never new no nor not nothing now of off often on "
        "once one only onto or other others our ours ourselves out over own part per perhaps put quite rather "
        "really same says see seen several shall she should shouldn't since so some something soon still such "
        "take takes than that that's the their theirs them themselves then there therefore these they thing "
        "things this those though three through thus to together too two under until up upon us use used uses "
        "using usually very want was wasn't way we well went were weren't what when where whether which while who "
        "whole whom whose why will with within without won't would wouldn't yet you your yours yourself "
        "yourselves"
    ),
    abbreviations=_list(
        "mr mrs ms dr prof rev hon st sr jr gen col capt lt sgt gov sen rep no nos vol fig figs ch sec pp ed eds "
        "cf vs e.g i.e eg ie etc al approx ca c dept est inc ltd co corp jan feb mar apr jun jul aug sep sept oct "
        "nov dec a.m p.m u.s u.k u.n ph.d mt ft hr hrs min max tel"
    ),
    openers=_list(
        "he she it they his her their its this these those that such but however yet so then thus therefore hence "
        "also too instead otherwise meanwhile moreover furthermore nevertheless nonetheless still and or again "
        "both either neither afterwards another others here there similarly likewise consequently finally"
    ),
    determiners=_list(
        "the a an this that these those every each no any your our their his her its my of in on for with from by "
        "at into without per"
    ),
    doubled=_list("the a an and of to for with at by from or as this but we our your their be are was were will if"),
    suffixes=("ings", "ing", "ies", "ed", "es", "ly", "e", "s", "y"),
    conjunction="and",
)

GERMAN = Language(
    code="de",
    stopwords=_list(
        "ab aber alle allem allen aller alles als also am an andere anderen anderer anderes auch auf aus außer "
        "bei beide beim bereits bevor bin bis bist da dabei dadurch dafür damit danach dann daran darauf daraus "
        "darf darin darum darüber das dass davon dazu dein deine dem den denn dennoch der deren des deshalb "
        "dessen die dies diese diesem diesen dieser dieses doch dort du durch dürfen ein eine einem einen einer "
        "eines einige einmal er erst es etwa etwas euch euer für gegen gemacht gewesen gibt ganz habe haben hat "
        "hatte hatten her hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im immer in indem ins ist "
        "ja je jede jedem jeden jeder jedes jedoch jetzt kann kein keine keinem keinen keiner können könnte "
        "machen man manche mehr mein meine meist mich mir mit muss müssen nach nachdem neben nein nicht nichts "
        "noch nun nur ob oder oft ohne schon sehr sein seine seinem seinen seiner seit selbst sich sie sind so "
        "sogar solche soll sollen sollte sondern sowie statt über um und uns unser unsere unter viel viele vom "
        "von vor während war waren warum was weil weiter weitere welche welcher wenig wenn wer werden wie wieder "
        "wir wird wo wollen wurde wurden würde zu zum zur zwar zwischen zwei"
    ),
    abbreviations=_list(
        "z.b z b d.h u.a usw bzw ca dr prof nr st str hr fr abs art bd evtl ggf inkl max min mio mrd s vgl z.t "
        "u.ä o.ä jan feb apr aug sept okt nov dez tel abb geb gest dipl ing"
    ),
    openers=_list(
        "er sie es dies diese dieser dieses dabei dadurch dafür damit danach dann daran darauf darum daher "
        "deshalb aber doch jedoch dennoch trotzdem auch außerdem zudem so und oder denn dort hier seine ihre "
        "davon dazu stattdessen andernfalls schließlich solche"
    ),
    determiners=_list(
        "der die das den dem des ein eine einen einem einer eines kein keine ihr ihre sein seine jeder jede jedes "
        "dieser diese dieses mit von zum zur im am beim ohne für"
    ),
    doubled=_list("und mit von für auf aus bei nach ein eine einen einem einer oder im am zum zur"),
    suffixes=("ungen", "ern", "ung", "en", "er", "em", "es", "e", "n", "s"),
    ordinals=True,
    capital_nouns=True,
    conjunction="und",
)

FRENCH = Language(
    code="fr",
    stopwords=_list(
        "à ai ainsi alors après au aucun aucune aussi autre autres aux avait avant avec avez avoir ayant bien c "
        "car ce ceci cela celle celles celui ces cet cette ceux chaque chez comme comment contre d dans de déjà "
        "depuis des dès deux donc dont du elle elles en encore entre est et étaient était étant été être eu eux "
        "fait faire fois font hors il ils j je jusqu l la le lequel les leur leurs lors lorsque lui m ma mais me "
        "même mêmes mes moi moins mon n ne ni non nos notre nous on ont ou où par parce pas pendant peu peut "
        "peuvent plus plusieurs pour pourquoi puis qu quand que quel quelle quelles quels qui quoi s sa sans se "
        "sera ses si son sont sous souvent sur t ta tandis te tes toi ton toujours tous tout toute toutes très "
        "trop tu un une vers vos votre vous y"
    ),
    abbreviations=_list(
        "m mm mme mlle dr pr st ste cf etc p ex p.ex av env éd fig n° no vol art janv févr avr juil sept oct"
    ),
    openers=_list(
        "il elle ils elles ce cela ceci cette ces celui celle mais cependant pourtant toutefois donc ainsi alors "
        "puis ensuite aussi car or et enfin son sa ses leur leurs néanmoins"
    ),
    determiners=_list(
        "le la les l un une des du de d au aux ce cet cette ces mon ma mes son sa ses leur leurs notre votre "
        "chaque sans avec"
    ),
    doubled=_list("le la les de des du et à un une dans pour avec par sur ou au aux"),
    suffixes=("ements", "ement", "ations", "ation", "es", "er", "ez", "e", "s", "x"),
    conjunction="et",
    spaced_punctuation=True,
)

SPANISH = Language(
    code="es",
    stopwords=_list(
        "a al algo algunas algunos ante antes aquel aquella así aun aunque cada como con contra cual cuando de "
        "del desde donde dos durante e el ella ellas ellos en entre era eran es esa esas ese eso esos esta está "
        "estaba están estas este esto estos fue fueron ha había han hasta hay la las le les lo los más me mi "
        "mientras mis mucho muchos muy nada ni no nos nosotros nuestra nuestro o os otra otras otro otros para "
        "pero poco por porque puede pueden pues que qué quien se sea según ser si sí sido siempre sin sino sobre "
        "solo son su sus también tan tanto te tiene tienen toda todas todo todos tras tu tus un una unas uno unos "
        "y ya yo"
    ),
    abbreviations=_list("sr sra srta dr dra d dña ud uds etc p ej p.ej pág págs núm vol art ee uu aprox av"),
    openers=_list(
        "él ella ellos ellas esto este esta estos estas eso ese esa pero sin embargo además también así entonces "
        "luego después por y o su sus aquel aquella finalmente"
    ),
    determiners=_list("el la los las un una unos unas del al de este esta estos estas su sus cada con sin"),
    doubled=_list("el la los las de del y en con por para un una al"),
    suffixes=("aciones", "ación", "mente", "es", "as", "os", "a", "o", "e", "s"),
    conjunction="y",
)

ITALIAN = Language(
    code="it",
    stopwords=_list(
        "a ad agli ai al alla alle allo anche ancora aveva avere c che chi ci ciò come con contro cui da dagli "
        "dai dal dalla dalle dei del della delle dello degli di dopo dove due e è ed era erano essere fa fino fra "
        "gli ha hanno i il in io l la le lei li lo loro lui ma mentre mi mio molto ne né negli nei nel nella "
        "nelle nello no noi non nostro o ogni per perché più poi può prima qual quale quali quando quanto quella "
        "quelle quelli quello questa queste questi questo qui se sempre senza si sia solo sono sopra sotto stata "
        "stato su sua sue sugli sui sul sulla suo suoi tra tutta tutte tutti tutto un una uno vi voi"
    ),
    abbreviations=_list("sig sigg dott prof avv ing ecc es p.es pag pagg n vol art ca cfr"),
    openers=_list(
        "egli lui lei essa essi loro questo questa questi queste quello ciò ma però tuttavia inoltre anche così "
        "quindi allora poi infine e o suo sua suoi"
    ),
    determiners=_list(
        "il lo la i gli le un uno una del dello della dei degli delle di al alla nel nella questo questa ogni con senza"
    ),
    doubled=_list("il la lo gli le di del della e in con per un una al da"),
    suffixes=("azioni", "azione", "mente", "are", "ere", "ire", "i", "e", "a", "o"),
    conjunction="e",
)

DUTCH = Language(
    code="nl",
    stopwords=_list(
        "aan af al alle alleen als altijd ander andere bij binnen daar dan dat de deze die dit doen door dus een "
        "eens elk elke en er geen haar had hadden heb hebben heeft hem hen het hier hij hoe hun ik in is ja je "
        "kan kon kunnen maar meer men met mij mijn moet moeten naar niet niets nog nu of om omdat onder ons ook "
        "op over reeds te tegen toch toen tot u uit uw van veel via voor want waren was wat we wel werd worden "
        "wordt wie wij zal ze zelf zich zij zijn zo zonder zou"
    ),
    abbreviations=_list("dhr mevr mw dr prof ir ing bijv bv d.w.z enz nl nr blz ca o.a m.b.t resp t.o.v vgl st"),
    openers=_list(
        "hij zij ze het dit dat deze die maar echter toch ook bovendien daarom dus daarna dan toen en of zijn "
        "haar hun daarbij daardoor anders"
    ),
    determiners=_list("de het een deze dit die dat elke elk van in op met zonder voor onze hun zijn haar"),
    doubled=_list("de het een en van met voor op in aan bij naar"),
    suffixes=("heden", "heid", "ingen", "ing", "en", "er", "e", "s", "t"),
    conjunction="en",
)

PORTUGUESE = Language(
    code="pt",
    stopwords=_list(
        "a à ainda além alguns algumas ante ao aos apenas após as às até cada com como contra da das de dela dele "
        "deles depois desde do dois dos e é ela elas ele eles em entre era eram essa essas esse esses esta está "
        "estão estas este estes eu foi foram há isso isto já lhe mais mas me mesmo meu minha muito muitos na não "
        "nas nem no nos nós nossa nosso num numa o os ou outra outras outro outros para pela pelas pelo pelos "
        "pode podem por porque qual quando que quem se sem sempre ser seu seus sobre só sua suas também tão tem "
        "têm toda todas todo todos um uma umas uns você"
    ),
    abbreviations=_list("sr sra dr dra d prof etc p ex p.ex pág págs n vol art av aprox"),
    openers=_list(
        "ele ela eles elas isto isso este esta estes estas esse essa mas porém contudo também além assim então "
        "depois e ou seu sua seus suas finalmente"
    ),
    determiners=_list("o a os as um uma uns umas do da dos das de no na este esta seu sua cada com sem"),
    doubled=_list("o a os as de do da e em com por para um uma no na"),
    suffixes=("ações", "ação", "mente", "es", "as", "os", "a", "o", "e", "s"),
    conjunction="e",
)

LANGUAGES = {language.code: language for language in (ENGLISH, GERMAN, FRENCH, SPANISH, ITALIAN, DUTCH, PORTUGUESE)}
UNKNOWN = Language()


def language_of(code: str) -> Language:
    """The language of a tag such as ``de``, ``de-CH`` or ``pt_BR``; one that knows nothing for any other."""
    return LANGUAGES.get(code.replace("_", "-").split("-")[0].casefold(), UNKNOWN)
