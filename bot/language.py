"""Which language a message is written in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier


# Words that are common in messages and tell one language from the others, without accents, as
# people type. A word that two lists share counts for neither.
_FRENCH = """
le la les des du au aux un une ce cet cette ces mon ma mes ton ta tes votre vos notre nos leur leurs
je tu il elle nous vous ils elles j l d n c s m t qu jai jsuis cest
et ou mais donc car que qui quoi dont quand comment pourquoi combien quel quelle quels quelles
est sont suis etes sommes ai as avez avons ont etait avait serait sera peut peux pouvez puis veux
voudrais faut fait faire dois doit aller pas plus jamais rien toujours encore deja tres trop bien
avec sans pour dans sur sous par chez vers depuis avant apres pendant entre contre jusqu
bonjour bonsoir salut coucou merci svp stp oui non ouais mdr ptdr bjr slt cc bcp
vol vols valise valises bagage bagages avion billet billets retard annule annulee compagnie soute
aeroport carte embarquement enregistrement siege places remboursement remboursee rembourse reponse
heure heures jour jours semaine semaines mois demain hier aujourd hui soir matin nuit
quelqu toujours personne aide probleme souci honte honteux voleurs nul nuls bravo chien enfant bebe
conseiller moi toi lui eux etre avoir ete aussi alors comme meme autre autres tout tous toute toutes
demande attends attendre beaucoup grand grande sinon parce ca cela ici la-bas quelle faites vraiment
pire compagnie appli equipage adorable parfait genial super idem envoye fait perdu perdue poussette
marre ras bol rendre payer paye combien prix choix repas vivement top mer gens voir dire
"""

_ENGLISH = """
the a an this that these those my your our their his her its
i you he she we they it im ive id youre dont doesnt didnt cant wont isnt wasnt
don't doesn't didn't can't won't isn't wasn't aren't couldn't wouldn't haven't hasn't
and or but so because if when where what which who why how
is are was were am be been being has have had do does did will would can could should may might
not no never always still just very too really again anymore ever even already yet
to of in on at for from with without by about into over after before until during between
hello hi hey thanks thank thx please pls yes yeah nope
flight flights bag bags luggage suitcase plane ticket tickets delay delayed late cancelled airport
boarding check seat seats refund answer call phone wait waiting hour hours day days week weeks
tomorrow yesterday today tonight morning someone anyone nobody help issue problem need want
great good best worst love awesome amazing terrible crew staff customer service airline get got
there here they them me us him than then out up down off back only more most much many any some
help trying try tried told said know think see make made going go fly flying flew airline gate
lounge guys human speak talk goodbye meal food pet dog baby child kids
"""

_SPANISH = """
el los las unos unas del al lo este esta estos estas ese esa eso esto mi mis su sus vuestro vuestra
vuestros vuestras nuestro nuestra yo usted ustedes nosotros vosotros ellos ellas os nos
y o pero porque pues que quien cuando como donde cuanto cuanta cuantos cuantas cual cuales
es son soy eres somos sois estoy esta estan estamos ha han he hay hemos habeis hace hacer era fue
puedo puede puedes pueden podeis podemos quiero quiere necesito tengo tiene tienen teneis debo
no si nunca siempre nada muy mas menos bien mal ya aun todavia tambien ahora aqui alli
con sin para por sobre desde hasta entre hacia segun
hola buenas buenos dias tardes noches gracias porfa favor adios vale jaja jajaja
vuelo vuelos maleta maletas equipaje avion billete billetes retraso cancelado cancelaron facturar
aeropuerto tarjeta embarque asiento asientos reembolso respuesta reserva reclamacion
hora horas dia semana semanas mes meses manana ayer hoy noche anoche
alguien nadie ayuda verguenza ladrones peor mejor desastre perro nino ninos bebe mascota
persona agente otro otra otros otras todo todos toda todas mucho muchas mucha muchos gran
cuesta cobran cobrar pagar pague precio llevar llega llego llegar perdi perdida perdieron
sois habeis queria quisiera estaria deberiais cabina comida genial estoy llevo sigo
lo se le les me te voy va van vamos ir ser estar tener qué puntual feliz hablar enchufes
"""
_ALL = {"fr": set(_FRENCH.split()), "en": set(_ENGLISH.split()), "es": set(_SPANISH.split())}
_OWN = {
    name: words - set().union(*(other for key, other in _ALL.items() if key != name))
    for name, words in _ALL.items()
}

# What says nothing about the language: links, names of accounts, tags, codes with digits.
_NOISE = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|[@#]\w+|\w*\d\w*", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
# One signature letter counts as much as one common word.
_LETTERS = {"fr": "çœàèêëîïûùâô", "es": "ñ¿¡áíóú"}
# Tried on the project's own examples: below these, wrong guesses outnumber right ones.
_LEAD, _SURE, _ENOUGH_WORDS = 1, 0.9, 3


def detect(text: str, languages: Collection[str]) -> str | None:
    """The one of `languages` (ISO 639-1) that `text` is written in.

    None where it is too short, mixed or not clearly any of them. Common words and letters
    vote first, because messages are short and typed without accents; a statistical model
    (py3langid) settles what they leave open.
    """
    bare = _NOISE.sub(" ", text)
    votes = _votes(bare, languages)
    leader = max(votes, key=lambda name: votes[name], default=None)
    if leader and _leads(votes, leader):
        return leader
    return _settle(bare, tuple(languages), votes)


def _votes(text: str, languages: Collection[str]) -> dict[str, float]:
    words = [part for word in _WORD.findall(text.casefold()) for part in _parts(word)]
    return {name: _vote(text, words, name) for name in languages}


def _vote(text: str, words: list[str], language: str) -> float:
    common = _OWN.get(language, frozenset())
    letters = _LETTERS.get(language, "")
    return sum(word in common for word in words) + any(c in letters for c in text.casefold())


def _parts(word: str) -> list[str]:
    """`qu'il` has two words of French, `don't` one of English."""
    plain = _folded(word)
    return [plain] if plain.endswith("'t") else plain.split("'")


def _leads(votes: dict[str, float], leader: str) -> bool:
    others = max((votes[name] for name in votes if name != leader), default=0)
    return votes[leader] - others >= _LEAD and votes[leader] >= 2 * others


def _settle(text: str, languages: tuple[str, ...], votes: dict[str, float]) -> str | None:
    if len(_WORD.findall(text)) < _ENOUGH_WORDS or not languages:
        return None
    language, share = _identifier(languages).classify(text)
    return language if share >= _SURE else None


@lru_cache(maxsize=8)
def _identifier(languages: tuple[str, ...]) -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_pickled_model(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(languages))
    return identifier


def _folded(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word.replace("’", "'"))
    return "".join(c for c in plain if not unicodedata.combining(c))
