"""The rules that ship. Each is version 0 of its name: a row of the same name in the database takes its place.

Thresholds are those at which the learning prompts were told apart best (docs/moderation-filters.md has the figures).
"""

import gzip
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

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


STRONG = {
    # In neutral words, and shown to nobody.
    "children": "loli|lolicon|shota|shotacon|csam|jailbait|pthc|child porn|child pornography|child erotica|kiddie porn|"
    "underage porn|underage sex|underage nude|preteen nude|pedo porn",
    "hate": "heil hitler|sieg heil|white power|gas the jews|ku klux klan|neo nazi|race war|white supremacy|swastika flag|"
    "nazi flag|happy merchant|untermensch|subhuman race|ethnic cleansing",
    "sexual": "porn|porno|pornographic|hentai|nsfw|blowjob|handjob|cumshot|gangbang|ahegao|upskirt|deepfake nude|"
    "having sex|oral sex|anal sex|sex scene|masturbating|onlyfans nude|nude selfie|fully nude|completely naked",
    "illegal": "pipe bomb|meth lab|ghost gun|crack cocaine|snorting cocaine|injecting heroin|shooting up heroin|"
    "cook meth|fake passport|fake id card|counterfeit money|molotov cocktail",
    "self_harm": "slit wrists|slitting her wrists|slitting his wrists|cutting her wrists|cutting his wrists|thinspo|"
    "pro ana|kill myself|killing myself|committing suicide|commit suicide|hang myself",
    "violence": "beheading video|snuff film|school shooting|mass shooting|gore porn",
}


def shipped() -> list[RuleInForce]:
    return [
        *(_words(f"strong-{category}", category, words.split("|")) for category, words in STRONG.items()),
        _words("naughty-words", "sexual", _lines("naughty_words.txt.gz")),
        RuleInForce(name="public-figures", version=0, kind="names", category="likeness", content=_figures()),
        *_meanings(),
        RuleInForce(name="nudity", version=0, kind="picture", category="sexual", content="nudity", threshold=0.8),
        RuleInForce(name="known-bad", version=0, kind="hashes", category="operator", threshold=31),
        RuleInForce(name="pair-people", version=0, kind="pair", category="sexual", content="faces", threshold=0.4, soft=True),
        RuleInForce(name="pair-skin", version=0, kind="pair", category="sexual", content="nudity", threshold=0.25, soft=True),
        RuleInForce(name="english", version=0, kind="language", category="language", content="en", soft=True),
    ]


# Of the score of a category: 0 harmless, 1 certainly not.
THRESHOLDS = {
    "children": 0.5,
    "hate": 0.5,
    "harassment": 0.5,
    "violence": 0.5,
    "self_harm": 0.5,
    "sexual": 0.5,
    "shocking": 0.5,
    "illegal": 0.5,
    "deception": 0.5,
    "political": 0.5,
    "health": 0.5,
    "spam": 0.5,
    "likeness": 0.5,
}


def _meanings() -> Iterable[RuleInForce]:
    """Alone a soft refusal: a score of meaning cannot tell quoting from saying."""
    for category, threshold in THRESHOLDS.items():
        yield RuleInForce(
            name=f"meaning-{category}".replace("_", "-"),
            version=0,
            kind="meaning",
            category=category,
            threshold=threshold,
            soft=category != "children",
        )


def _words(name: str, category: str, words: Iterable[str]) -> RuleInForce:
    return RuleInForce(name=name.replace("_", "-"), version=0, kind="words", category=category, content="\n".join(words))


@lru_cache(maxsize=4)
def _lines(name: str) -> tuple[str, ...]:
    return tuple(gzip.decompress((DATA / name).read_bytes()).decode().splitlines())


def _figures() -> str:
    return "\n".join(_lines("public_figures.txt.gz"))
