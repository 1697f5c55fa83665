"""The rules that ship. Each is version 0 of its name: a row of the same name in the database takes its place.

Thresholds are those at which the learning prompts were told apart best (decision 30 has the figures).
"""

import gzip
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from moderation.policy import CHILD_SAFETY, OTHER

DATA = Path(__file__).with_name("data")


@dataclass(frozen=True, kw_only=True)
class RuleInForce:
    """One rule as it is asked: from the database or from here."""

    name: str
    version: int
    kind: str
    category: str
    content: str = ""
    threshold: float | None = None
    soft: bool = False
    live: bool = True

    @property
    def key(self) -> str:
        return f"{self.name}/{self.version}"


# Words that have no other sense. Found by their letters, so a hard refusal.
STRONG = {
    # In neutral words, and shown to nobody.
    CHILD_SAFETY: "loli|lolicon|shota|shotacon|csam|jailbait|pthc|child porn|child pornography|child erotica|"
    "kiddie porn|underage porn|underage sex|underage nude|preteen nude|pedo porn",
    "hate": "heil hitler|sieg heil|white power|gas the jews|race war|white supremacy|swastika flag|nazi flag|"
    "nazi salute|happy merchant|untermensch|ethnic cleansing|white pride|blackface",
    "sexual": "porn|porno|pornographic|hentai|nsfw|blowjob|handjob|cumshot|gangbang|ahegao|upskirt|deepfake nude|"
    "having sex|oral sex|anal sex|sex scene|masturbating|onlyfans nude|nude selfie|fully nude|completely naked",
    "illegal": "pipe bomb|meth lab|ghost gun|crack cocaine|snorting cocaine|injecting heroin|cook meth|cooking meth|"
    "fake passport|fake id card|counterfeit money|molotov cocktail|crack pipe",
    "self-harm": "slit wrists|slitting her wrists|slitting his wrists|cutting her wrists|cutting his wrists|thinspo|"
    "pro ana|kill myself|killing myself|committing suicide|commit suicide|hang myself",
    "violence": "beheading video|snuff film|school shooting|mass shooting|gore porn",
}
# Of the published list: what is an ordinary word, or a name, in an English sentence.
INNOCENT = frozenset(
    (
        *("cocks", "hard", "horny", "smut", "amador", "aranha", "battere", "bekken", "brinca", "cadavere", "cerveja"),
        *("infierno", "gueule", "kamine", "martillo", "montare", "pallit", "pataka", "patacca", "pipari", "poppen"),
        *("quaglia", "schatje", "standje", "tavara", "tirare", "toeter", "trique", "viiksi", "szarik", "fratze"),
        *("lummel", "pokker", "tanche", "ingoio", "goldone", "consolo", "aborto"),
    )
)
# Words that nearly always mean it, and may stand in a museum: a soft refusal, where the whole sentence may mean it.
TELLING = {
    "hate": "klansman|klansmen|kkk|ku klux klan|neo nazi|neo nazis|white supremacist|white supremacists|antisemitic|"
    "racist caricature|racist cartoon|racist meme|hooked cross",
    "sexual": "naked woman|naked man|naked girl|naked boy|naked couple|naked people|naked women|naked men|nude woman|"
    "nude man|nude girl|nude model|nude couple|nude women|nude men|topless|nipples|orgy|threesome|bdsm|dominatrix|"
    "penis|vagina|erection|orgasm|camgirl|escort service|sex toy|sex toys|bare breasts|bare breasted|doggy style",
    "violence": "beheading|beheaded|decapitated|decapitation|dismembered|disemboweled|disembowelled|severed head|"
    "slit throat|cut throat|mass grave|suicide bomber|suicide vest|bloody corpse|bloodbath|gore|raped|rape",
    "shocking": "feces|faeces|excrement|diarrhea|diarrhoea|puke|puking|vomiting|entrails|gory|pile of poop|"
    "middle finger|rotting corpse|rotting flesh|maggot infested|tampon",
    "illegal": "cocaine|heroin|crystal meth|methamphetamine|lsd|fentanyl|drug dealer|drug dealers|drug deal|drug lab|"
    "hashish|smoking weed|smoking a joint|smoking crack|bong|counterfeit bills|counterfeit banknotes|shoplifting",
    "self-harm": "self harm|self mutilation|proana|thinspiration|hanging himself|hanging herself|hung himself|"
    "hung herself|cutting himself|cutting herself|overdosing",
    "deception": "deepfake|qanon|chemtrails|crisis actors|fake news photo|fake id|forged passport|phishing page|"
    "flat earth proof|pizzagate|false flag attack",
    "political": "maga|make america great again|stop the steal|build the wall|attack ad|campaign poster|smear campaign",
    "health": "vaccines cause|vaccines kill|miracle cure|anti vax|anti vaxxer|anti vaccine|drink bleach|cures cancer|"
    "cure for cancer|cures covid|covid hoax",
    "spam": "click here|viagra|buy followers|free followers|crypto giveaway|bitcoin giveaway|get rich quick|robux|"
    "free iphone|casino bonus|link in bio|free gift card|work from home and earn|send this to ten friends",
    "likeness": "the pope|british royal family|trump and|president trump|president biden|president obama|"
    "president putin|biden|obama|putin|zelensky|netanyahu|erdogan|hitler|stalin|mussolini",
}


def shipped() -> list[RuleInForce]:
    return [
        *(_words(f"strong-{category}", category, words.split("|")) for category, words in STRONG.items()),
        *(_telling(category, words.split("|")) for category, words in TELLING.items()),
        _words("naughty-words", "sexual", [word for word in _lines("naughty_words.txt.gz") if word not in INNOCENT]),
        RuleInForce(name="public-figures", version=0, kind="names", category="likeness", content=_figures()),
        *_meanings(),
        RuleInForce(name="nudity", version=0, kind="picture", category="sexual", content="nudity", threshold=0.8),
        RuleInForce(name="known-bad", version=0, kind="hashes", category=OTHER, threshold=31),
        RuleInForce(
            name="pair-people", version=0, kind="pair", category="sexual", content="faces", threshold=0.4, soft=True
        ),
        RuleInForce(
            name="pair-skin", version=0, kind="pair", category="sexual", content="nudity", threshold=0.25, soft=True
        ),
        RuleInForce(name="english", version=0, kind="language", category="language", content="en", soft=True),
    ]


# The score from which a telling word speaks.
NOT_SURELY_HARMLESS = 0.25
# Of the score of a category: 0 harmless, 1 certainly not.
THRESHOLDS = {
    CHILD_SAFETY: 0.6,
    "hate": 0.85,
    "harassment": 0.85,
    "violence": 0.85,
    "self-harm": 0.85,
    "sexual": 0.85,
    "shocking": 0.85,
    "illegal": 0.85,
    "deception": 0.85,
    "political": 0.85,
    "health": 0.85,
    "spam": 0.85,
    "likeness": 0.85,
}


def _meanings() -> Iterable[RuleInForce]:
    """Alone a soft refusal: a score of meaning cannot tell quoting from saying."""
    for category, threshold in THRESHOLDS.items():
        yield RuleInForce(
            name=f"meaning-{category}",
            version=0,
            kind="meaning",
            category=category,
            threshold=threshold,
            soft=category != CHILD_SAFETY,
        )


def _words(name: str, category: str, words: Iterable[str]) -> RuleInForce:
    return RuleInForce(name=name, version=0, kind="words", category=category, content="\n".join(words))


def _telling(category: str, words: Iterable[str]) -> RuleInForce:
    found = _words(f"telling-{category}", category, words)
    return replace(found, threshold=NOT_SURELY_HARMLESS, soft=True)


@lru_cache(maxsize=4)
def _lines(name: str) -> tuple[str, ...]:
    return tuple(gzip.decompress((DATA / name).read_bytes()).decode().splitlines())


def _figures() -> str:
    return "\n".join(_lines("public_figures.txt.gz"))
