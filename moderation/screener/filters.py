"""All filters together, as they are asked: of one sentence, or of one picture with the words in it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from moderation.letters import Letters
from moderation.screener.disguises import Disguises
from moderation.screener.languages import language_of
from moderation.screener.meaning import Meaning
from moderation.screener.pictures import Pictures


class Filters:
    def __init__(self, *, threads: int = 2) -> None:
        self._meaning = Meaning(threads=threads)
        self._disguises = Disguises(self._meaning.risky, self._meaning.familiar)
        self._letters = Letters(())
        # At once: what loads in somebody's first picture would take longer than an answer may.
        self._pictures = Pictures(threads=threads)

    def learn(self, rules: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        self._letters = Letters(rules)
        self._meaning.learn_phrases([rule for rule in rules if rule["kind"] == "phrases"])
        return {"rules": len(rules)}

    def sentence(self, text: str) -> dict[str, Any]:
        readings = self._disguises.readings(text)
        meant = self._meaning.of([reading for reading in readings if reading] or [" "])
        return {
            "scores": meant.scores,
            "parts": meant.parts,
            "near": meant.near,
            "by_reading": meant.by_reading,
            "found": [asdict(one) for one in self._letters.in_readings([text, *readings])],
            "language": "" if self._disguises.is_english(readings[0]) else language_of(text),
            "readings": readings,
        }

    def picture(self, file: bytes, *, faces: bool, words: bool) -> dict[str, Any]:
        seen = self._pictures.seen(file, faces=faces, words=words)
        said = self.sentence(seen.words) if seen.words else {}
        return {"seen": seen.scores, "words": seen.words, "said": said}
