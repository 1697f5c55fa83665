"""English where it is made of rules: articles, plurals, numbers, spelling on either side of the ocean."""

import re

NUMBERS = ("no", "one", "two", "three", "four", "five")

# Proper names: without an article, or with "the", in the singular.
BARE = frozenset({"Santa Claus"})
THE = frozenset({"Statue of Liberty"})

# A vowel letter that sounds like a consonant, and the other way about.
_AS_CONSONANT = re.compile(r"^(uni|uki|use|usu|eu|one\b|ukulele|u-)", re.IGNORECASE)
_AS_VOWEL = re.compile(r"^(hour|honest|heir|x-ray|[fhlmnrsx]-)", re.IGNORECASE)


def article(words: str) -> str:
    """`a` or `an` by the sound the first word starts with."""
    if _AS_VOWEL.match(words):
        return "an"
    if _AS_CONSONANT.match(words):
        return "a"
    return "an" if words[:1].lower() in "aeiou" else "a"


def plural_of(name: str) -> str:
    """The regular plural of the last word; `X of Y` pluralises X."""
    head, of, tail = name.partition(" of ")
    if of:
        return f"{plural_of(head)} of {tail}"
    if re.search(r"(s|sh|ch|x|z)$", name):
        return name + "es"
    if re.search(r"[^aeiou]y$", name):
        return name[:-1] + "ies"
    return name + "s"


def noun_phrase(name: str, plural: str, *, count: int = 1, adjectives: str = "") -> str:
    """`a red apple`, `an apple`, `three red apples`, `Santa Claus`, `the Statue of Liberty`."""
    if count > 1:
        return " ".join(filter(None, (NUMBERS[count], adjectives, plural)))
    words = f"{adjectives} {name}".strip()
    if name in THE:
        return f"the {words}"
    if name in BARE and not adjectives:
        return words
    return f"{article(words)} {words}"


def joined(parts: list[str]) -> str:
    return ", ".join(part for part in parts if part)
