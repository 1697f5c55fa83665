"""Undoing what people do to a sentence so that a filter does not read it.

Every step repairs only words that the dictionary does not know, and only into words that it knows, so that a sentence
without a disguise stays as it is. What is hidden whole (base64, entities) is read beside what is seen.
"""

import base64
import binascii
import codecs
import html
import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache
from importlib import resources
from urllib.parse import unquote

import decancer_py
from anyascii import anyascii
from symspellpy import SymSpell, Verbosity

LONGEST = 2000
LEET = str.maketrans("4@831!|05$7+69(2", "aabeiilossttggcz")
# The same, with a one for an l.
LEET_TALL = {**LEET, **str.maketrans("1!", "ll")}
# Three letters or more, each alone, with the same thing between them: n a k e d, n.a.k.e.d, n-a-k-e-d.
_SPELT = re.compile(r"(?<!\w)[^\W_](?:[ .\-_*·•/\\|,~]{1,3}[^\W_]){2,}(?!\w)")
_LONG_RUN = re.compile(r"(.)\1{2,}")
_RUN = re.compile(r"(.)\1+")
_PAIR = re.compile(r"(.)\1")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
_HEX = re.compile(r"(?<!\w)(?:[0-9a-f]{2}[ :]?){6,}(?!\w)", re.IGNORECASE)
_VOWELS = re.compile(r"[aeiouy]")
_INSERTED = re.compile(r"(?<=\w)[-_*.·•'’`~^|/\\+=]+(?=\w)")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})")
# Word parts that cameras, renderers and artists' sites put beside a prompt; no disguise.
_NUMBERED = re.compile(r"\d+(?:k|mm|d|th|st|nd|rd|s|x|p|px|mp|hz|am|pm|cm|km|kg|g|bit|%)?", re.IGNORECASE)


class Disguises:
    """`risky`: the words that are looked for first behind a misspelling."""

    def __init__(self, risky: Iterable[str], familiar: Iterable[str] = ()) -> None:
        # What harmless prompts say and no dictionary has ("artstation") is no misspelling either.
        self._counts = {**dict.fromkeys(familiar, 1), **_dictionary()}
        self._risky = {word for word in risky if len(word) >= 4}
        self._spelling = SymSpell(max_dictionary_edit_distance=2, prefix_length=7)
        for word in sorted(self._risky):
            self._spelling.create_dictionary_entry(word, self._counts.get(word, 1))
        self._bones: dict[str, str] = {}
        for word in sorted(self._risky, key=lambda word: -self._counts.get(word, 1)):
            bones = _VOWELS.sub("", word)
            if len(bones) >= 3:
                self._bones.setdefault(bones, word)
        self._repaired = lru_cache(maxsize=20_000)(self._repair)

    def readings(self, text: str) -> list[str]:
        """The sentence as it is seen, then what else it may say; the first is always there."""
        seen = self.seen(text)
        found = [seen]
        undone = self.undone(seen)
        if undone != seen.lower():
            found.append(undone)
        backwards = seen.lower()[::-1]
        if self._known_share(backwards) > self._known_share(seen.lower()) + 0.3:
            found.append(self.undone(backwards))
        found += [self.undone(hidden) for hidden in _hidden(text[:LONGEST])]
        return list(dict.fromkeys(found))

    def is_english(self, seen: str) -> bool:
        """Most of its words are ours, whatever a guess of languages says."""
        return self._known_share(seen.lower()) >= 0.6

    def seen(self, text: str) -> str:
        """As a reader sees it: no invisible signs, look-alikes of other scripts as our letters, emoji by name."""
        text = _ESCAPE.sub(lambda found: chr(int(found[1] or found[2], 16)), html.unescape(text[:LONGEST]))
        if "%" in text:
            text = unquote(text, errors="ignore")
        text = unicodedata.normalize("NFKC", text)
        text = "".join(
            char for char in text if unicodedata.category(char) not in ("Cf", "Cc", "Co", "Cs") or char in "\n\t"
        )
        text = "".join(char for char in unicodedata.normalize("NFD", text) if unicodedata.category(char) != "Mn")
        if not text.isascii():
            text = " ".join(self._ours(word) for word in text.split())
        return re.sub(r"\s+", " ", text).strip()

    def undone(self, text: str) -> str:
        text = _SPELT.sub(lambda found: f" {self._joined(found.group(0))} ", text.lower())
        words = [self._repaired(found) for found in text.split()]
        return " ".join(" ".join(self._rejoined(words)).split())

    def _ours(self, word: str) -> str:
        """Look-alikes where a word mixes scripts or is a known one by it; else by sound, as in another language."""
        if word.isascii():
            return word
        cured = str(decancer_py.parse(word))
        if self._is_known(_letters(cured)):
            return cured
        sound = anyascii(word)
        return (
            cured
            if _mixed(word) and not self._is_known(_letters(sound.lower()))
            else sound.replace(":", " ").replace("_", " ")
        )

    def _joined(self, spelt: str) -> str:
        """Letters that stood alone. Two or more signs between two of them are the space between two words."""
        words = [re.sub(r"[^\w]|_", "", part) for part in re.split(r"[ .\-_*·•/\\|,~]{2,}", spelt)]
        return " ".join(self._segmented(word) or word for word in words if word)

    def _repair(self, word: str) -> str:
        core = word.strip(".,;:!?\"'()[]{}<>“”‘’*_~`#&") or word
        if self._is_known(core) or _NUMBERED.fullmatch(core) or len(core) < 3:
            return word if core == word.strip(".,;:") else core
        for attempt in self._attempts(core):
            if attempt and all(self._is_known(part) for part in attempt.split()):
                return attempt
        return word

    def _attempts(self, core: str) -> Iterable[str]:
        for table in (LEET, LEET_TALL):
            yield from self._plainer(core.translate(table))
        yield from self._plainer(_INSERTED.sub("", core))
        hyphened = _INSERTED.sub(" ", core)
        if hyphened != core:
            yield hyphened
        letters = _letters(core.translate(LEET))
        yield from self._plainer(letters)
        if len(letters) >= 4:
            yield self._close(letters)
            yield self._close(_RUN.sub(r"\1", letters))
            turned = letters[::-1]
            yield turned if self._counts.get(turned, 0) > 0 else ""
            yield codecs.encode(letters, "rot13") if self._counts.get(codecs.encode(letters, "rot13"), 0) > 0 else ""
        if len(letters) >= 3:
            yield self._bones.get(letters, "") if not _VOWELS.search(letters) else ""
        if len(letters) >= 4:
            yield self._bones.get(_VOWELS.sub("", letters), "") if len(_VOWELS.sub("", letters)) >= 4 else ""
        if len(letters) >= 8:
            yield self._segmented(letters)

    def _plainer(self, word: str) -> Iterable[str]:
        yield word
        if _RUN.search(word):
            yield _PAIR.sub(r"\1", word)
            yield _LONG_RUN.sub(r"\1\1", word)
            yield _LONG_RUN.sub(r"\1", word)
            yield _RUN.sub(r"\1", word)
            yield self._close(_LONG_RUN.sub(r"\1", word))

    def _close(self, word: str) -> str:
        """The risky word that this is a misspelling of: one sign otherwise, two in a long word."""
        if len(word) < 4:
            return ""
        near = self._spelling.lookup(word, Verbosity.TOP, max_edit_distance=2 if len(word) >= 8 else 1)
        return near[0].term if near else self._likeliest(word)

    def _likeliest(self, word: str) -> str:
        """The commonest word one slip away: letters that changed places first, then a lost vowel, then any other."""
        halves = [(word[:place], word[place:]) for place in range(len(word) + 1)]
        swapped = (a + b[1] + b[0] + b[2:] for a, b in halves if len(b) > 1)
        lost = (a + vowel + b for a, b in halves[1:] for vowel in "aeiou")
        other = (a + letter + b[skip:] for a, b in halves for letter in ("", *LETTERS) for skip in (0, 1))
        for slips in (swapped, lost, other):
            best = max(slips, key=lambda slip: self._counts.get(slip, 0))
            if self._counts.get(best, 0) >= COMMON:
                return best
        return ""

    def _rejoined(self, words: list[str]) -> list[str]:
        """Words cut in two: na ked."""
        out: list[str] = []
        for word in words:
            if out and word.isalpha() and out[-1].isalpha():
                both = out[-1] + word
                rare = min(self._counts.get(out[-1], 0), self._counts.get(word, 0)) < RARE
                if rare and both in self._risky:
                    out[-1] = both
                    continue
            out.append(word)
        return out

    @lru_cache(maxsize=2000)  # noqa: B019 (one object in a process, as long as the process)
    def _segmented(self, letters: str) -> str:
        """The likeliest words that stand here without spaces; empty where there are none."""
        if len(letters) > 60 or not letters.isalpha():
            return ""
        best: list[tuple[float, list[str]] | None] = [(0.0, [])] + [None] * len(letters)
        for end in range(1, len(letters) + 1):
            for start in range(max(0, end - 16), end):
                before, word = best[start], letters[start:end]
                count = self._counts.get(word, 0)
                if before is None or not count or (len(word) < 3 and word not in SHORT):
                    continue
                # The cost of a word is how rare it is, and that it is one more.
                cost = before[0] + 31.0 - len(bin(count))
                here = best[end]
                if here is None or cost < here[0]:
                    best[end] = (cost, [*before[1], word])
        last = best[-1]
        return " ".join(last[1]) if last and len(last[1]) <= max(1, len(letters) // 3) else ""

    def _is_known(self, word: str) -> bool:
        return word in self._counts or word in self._risky or (word.endswith("'s") and word[:-2] in self._counts)

    def _known_share(self, text: str) -> float:
        words = re.findall(r"[a-z]{3,}", text)
        return sum(word in self._counts for word in words) / len(words) if words else 0.0


RARE = 2_000_000
# Of a billion words: rarer ones are no likelier than a name that the dictionary does not have.
COMMON = 200_000
LETTERS = "abcdefghijklmnopqrstuvwxyz"
SHORT = frozenset(
    ("a", "i", "an", "in", "on", "of", "to", "at", "by", "is", "it", "as", "he", "me", "my", "no", "or", "up")
)


def _dictionary() -> dict[str, int]:
    file = resources.files("symspellpy") / "frequency_dictionary_en_82_765.txt"
    pairs = (line.split() for line in file.read_text(encoding="utf-8-sig").splitlines())
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and (len(pair[0]) > 2 or pair[0] in SHORT)}


def _letters(word: str) -> str:
    return "".join(char for char in word.lower() if char.isalpha())


def _mixed(word: str) -> bool:
    return any(char.isascii() and char.isalpha() for char in word) and not word.isascii()


def _hidden(text: str) -> list[str]:
    decoders: list[tuple[re.Pattern[str], Callable[[str], bytes]]] = [
        (_BASE64, lambda word: base64.b64decode(word.replace("-", "+").replace("_", "/") + "=" * (-len(word) % 4))),
        (_HEX, lambda word: bytes.fromhex(re.sub(r"[ :]", "", word))),
    ]
    found = []
    for pattern, decode in decoders:
        for match in pattern.finditer(text):
            try:
                said = decode(match.group(0).rstrip("=") if pattern is _BASE64 else match.group(0)).decode("ascii")
            except (ValueError, binascii.Error):
                continue
            if sum(char.isalpha() or char == " " for char in said) > 0.8 * len(said) and len(said) >= 6:
                found.append(said)
    return found[:4]
