"""The judge at work: loaded from its folder, asked about pictures of any size, and checked against real scenes."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from gpu_worker.corpus.scenes import Corpus, Scenes
from gpu_worker.corpus.styles import STYLES
from gpu_worker.engines.hardware import choose_device, choose_dtype
from gpu_worker.evaluation.judge_net import JudgeConfig, JudgeNet
from gpu_worker.evaluation.labels import ATTRIBUTES, NOT_ASKED, all_right, classes_of, labels_of, verdicts
from gpu_worker.evaluation.scene_source import as_floats
from gpu_worker.pipeline.checkpoint import BrokenWeights, Stored, WeightSet, read_set, write_set
from gpu_worker.pipeline.quantise import halved, restored
from gpu_worker.pipeline.weights import from_json

NAME = "judge"
BATCH = 128
COMMONEST = 12


class Judge:
    def __init__(self, net: JudgeNet, about: Mapping[str, Any], hash_: str) -> None:
        self.device = choose_device()
        # Folded into one number format with the training: bf16 where the chip has it.
        self.dtype = choose_dtype(self.device)
        self.net = net.to(self.device, memory_format=torch.channels_last).eval().requires_grad_(False)
        self.about, self.hash = dict(about), hash_
        self.classes = net.classes

    @classmethod
    def load(cls, folder: Path, subjects: Sequence[str]) -> Judge:
        """BrokenWeights where it is missing, damaged, or was taught other words than the corpus now has."""
        try:
            found = read_set(folder)
        except BrokenWeights as wrong:
            raise BrokenWeights(f"{wrong}; the judge is trained by python -m gpu_worker.evaluation.judge") from wrong
        return cls.of(found, subjects)

    @classmethod
    def of(cls, found: WeightSet, subjects: Sequence[str]) -> Judge:
        if NAME not in found.nets:
            raise BrokenWeights(f"{found.folder} holds no judge: python -m gpu_worker.evaluation.judge trains one")
        stored = found.nets[NAME]
        classes = {name: tuple(kinds) for name, kinds in stored.config["classes"].items()}
        if classes != classes_of(subjects):
            raise BrokenWeights(
                f"{found.folder}: this judge was taught other words than the corpus now has: train it anew "
                "(python -m gpu_worker.evaluation.judge)"
            )
        net = JudgeNet(from_json(JudgeConfig, stored.config["net"], str(found.folder)), classes)
        try:
            net.load_state_dict(restored(stored.tensors))
        except RuntimeError as wrong:
            raise BrokenWeights(f"{found.folder}: the judge's weights do not fit its config: {wrong}") from wrong
        return cls(net, stored.about, found.hash)

    @torch.inference_mode()
    def answers(self, pictures: Tensor) -> dict[str, Tensor]:
        """pictures (n, 3, H, W) of bytes, any size -> log-probabilities (n, classes) of every question"""
        parts = []
        for chunk in pictures.split(BATCH):
            with torch.autocast(self.device.type, self.dtype, enabled=self.dtype != torch.float32):
                scores = self.net(self._looked_at(chunk))
            parts.append({name: value.float().log_softmax(dim=1).cpu() for name, value in scores.items()})
        return {name: torch.cat([part[name] for part in parts]) for name in self.classes}

    @torch.inference_mode()
    def features(self, pictures: Tensor) -> Tensor:
        """(n, d): what the judge sees, all questions side by side"""
        parts = []
        for chunk in pictures.split(BATCH):
            seen = self.net.seen(self._looked_at(chunk))
            parts.append(torch.cat([F.gelu(value) for value in seen.values()], dim=1).float().cpu())
        return torch.cat(parts)

    def _looked_at(self, pictures: Tensor) -> Tensor:
        x = as_floats(pictures.to(self.device))
        side = self.net.config.size
        if x.shape[-1] != side:
            x = F.interpolate(x, (side, side), mode="area" if x.shape[-1] > side else "bilinear")
        return x.contiguous(memory_format=torch.channels_last)


def write_judge(folder: Path, net: JudgeNet, about: Mapping[str, Any]) -> None:
    config = {"net": dataclasses.asdict(net.config), "classes": {k: list(v) for k, v in net.classes.items()}}
    write_set(folder, [Stored(NAME, halved(net.state_dict()), config, None, dict(about))])


def share(found: np.ndarray) -> float | None:
    """Of what was asked; None where nothing was."""
    asked = found[~np.isnan(found)]
    return round(float(asked.mean()), 4) if len(asked) else None


def accuracies(judge: Judge, scenes: Scenes, corpus: Corpus) -> dict[str, Any]:
    """How often the judge is right about real scenes: by attribute, by style, for the core and the others."""
    answers = judge.answers(scenes.pictures)
    found = verdicts(answers, scenes.facts, judge.classes)
    found["all"] = all_right(found)
    labels = labels_of(scenes.plan, judge.classes)
    core = corpus.vocabulary.core[scenes.plan.subject]

    def table(rows: np.ndarray, names: Sequence[str] = (*ATTRIBUTES, "all")) -> dict[str, float | None]:
        return {name: share(found[name][rows]) for name in names}

    everything = np.ones(len(scenes), dtype=bool)
    return {
        "scenes": len(scenes),
        "overall": table(everything),
        "core": table(core),
        "other": table(~core),
        "one_thing": table((scenes.plan.relation < 0) & (scenes.plan.count == 1), ("subject", "colour")),
        "by_style": {style.name: table(scenes.plan.style == number) for number, style in enumerate(STYLES)},
        "taken_for": {name: mistakes(judge, answers, labels, name) for name in ("style", "place", "relation", "first")},
    }


def mistakes(
    judge: Judge, answers: Mapping[str, Tensor], labels: Mapping[str, np.ndarray], question: str
) -> list[tuple[str, str, int]]:
    """(what is there, what it is taken for, how often): the commonest."""
    kinds, right = judge.classes[question], labels[question]
    said = answers[question].argmax(dim=1).numpy()
    rows = (right != NOT_ASKED) & (said != right)
    pairs = Counter((kinds[a], kinds[b]) for a, b in zip(right[rows], said[rows], strict=True))
    return [(*pair, count) for pair, count in pairs.most_common(COMMONEST)]
