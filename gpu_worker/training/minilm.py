"""Words as vectors by MiniLM (all-MiniLM-L6-v2), for making the table of near words; nothing that serves needs it."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

# A bare word embeds poorly, and one in a sentence brings the sentence along: both together choose best.
CARRIERS = ("a photo of a {}", "{}")
BATCH = 64


class MiniLm:
    """`folder` holds `model.onnx` and the word pieces of `vocab.txt`."""

    def __init__(self, folder: Path) -> None:
        # By name, because only this command uses it and set-up does not install it for the worker.
        onnxruntime = importlib.import_module("onnxruntime")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self.vocabulary = (folder / "vocab.txt").read_text(encoding="utf-8").split("\n")
        self._ids = {piece: place for place, piece in enumerate(self.vocabulary) if piece}

    def likeness(self, these: Sequence[str], those: Sequence[str]) -> np.ndarray:
        """Of pairs: the mean of cosines over the carriers."""
        return np.mean([(self._embed(these, c) * self._embed(those, c)).sum(1) for c in CARRIERS], axis=0)

    def nearest(self, words: Sequence[str], targets: Sequence[str]) -> Iterator[tuple[str, float]]:
        """For each word the likest target, and how like it is."""
        table = np.mean([self._embed(words, c) @ self._embed(targets, c).T for c in CARRIERS], axis=0)
        for row, best in zip(table, table.argmax(1), strict=True):
            yield targets[best], float(row[best])

    def _pieces(self, word: str) -> list[int]:
        found: list[int] = []
        start = 0
        while start < len(word):
            for end in range(len(word), start, -1):
                piece = self._ids.get(("##" if start else "") + word[start:end])
                if piece is not None:
                    found.append(piece)
                    start = end
                    break
            else:
                return [self._ids["[UNK]"]]
        return found

    def _embed(self, words: Sequence[str], carrier: str) -> np.ndarray:
        """(words, 384), each of length 1: the mean over tokens, as the model was trained."""
        sentences = [
            [piece for part in carrier.format(w.lower()).split() for piece in self._pieces(part)] for w in words
        ]
        rows = [[self._ids["[CLS]"], *sentence, self._ids["[SEP]"]] for sentence in sentences]
        order = np.argsort([len(row) for row in rows], kind="stable")
        vectors: list[np.ndarray] = [np.empty(0)] * len(rows)
        for start in range(0, len(rows), BATCH):
            batch = order[start : start + BATCH]
            ids = np.zeros((len(batch), max(len(rows[place]) for place in batch)), np.int64)
            for row, place in enumerate(batch):
                ids[row, : len(rows[place])] = rows[place]
            mask = (ids != 0).astype(np.int64)
            feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
            (states,) = self._session.run(["last_hidden_state"], feed)
            means = (states * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
            for place, vector in zip(batch, means / np.linalg.norm(means, axis=1, keepdims=True), strict=True):
                vectors[place] = vector
        return np.stack(vectors)
