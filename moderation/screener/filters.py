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
        worth_reading = self._worth_reading(readings)
        meant = self._meaning.of(worth_reading)
        return {
            "scores": meant.scores,
            "parts": meant.parts,
            "near": meant.near,
            # The worst of what is there to be seen; the rest of the score is what undoing a disguise made of it.
            "as_seen": meant.by_reading[0] if worth_reading[0] == readings[0] else 0.0,
            "found": [asdict(one) for one in self._letters.in_readings([text, *readings])],
            "language": "" if self._disguises.is_english(readings[0]) else language_of(text),
            "readings": readings,
        }

    def _worth_reading(self, readings: Sequence[str]) -> list[str]:
        """What is seen first; but where it is gibberish that became words when it was undone, the words alone."""
        seen, *undone = [reading for reading in readings if reading] or [" "]
        return undone if undone and not self._disguises.is_english(seen) else [seen, *undone]

    def picture(self, file: bytes, *, faces: bool, words: bool) -> dict[str, Any]:
        seen = self._pictures.seen(file, faces=faces, words=words)
        said = self.sentence(seen.words) if seen.words else {}
        return {"seen": seen.scores, "words": seen.words, "said": said}
