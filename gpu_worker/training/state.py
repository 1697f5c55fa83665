"""The whole state of a training, in one file that stays where it was written.

Nothing random has a state (scenes.derived_seed), so the net, its average, the optimiser's moments and a few
numbers are all there is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from gpu_worker.pipeline.checkpoint import BrokenWeights

STATE = "state.safetensors"
MOMENTS = ("step", "exp_avg", "exp_avg_sq")


@dataclass(slots=True)
class Progress:
    step: int = 0
    """Of the whole training, over all its pieces."""
    built_at: int = 0
    """The step at which the optimiser was built: warm-up counts from there."""
    seconds: float = 0.0
    """Spent in training steps, over all pieces."""

    @property
    def since_start(self) -> int:
        return self.step - self.built_at


def make_optimiser(net: nn.Module, *, decay: float = 0.01, rate: float = 1e-3) -> torch.optim.AdamW:
    """AdamW (Loshchilov & Hutter 2019) with the plan's moments; gains, biases and single tokens are not decayed."""
    matrices = [p for p in net.parameters() if p.ndim >= 2 and p.numel() >= 4096]
    chosen = {id(p) for p in matrices}
    rest = [p for p in net.parameters() if id(p) not in chosen]
    groups = [{"params": matrices, "weight_decay": decay}, {"params": rest, "weight_decay": 0.0}]
    return torch.optim.AdamW(
        [group for group in groups if group["params"]], rate, betas=(0.9, 0.98), eps=1e-8, fused=True
    )


@dataclass(frozen=True, slots=True)
class Part:
    """A net, and its optimiser where it has one."""

    net: nn.Module
    optimiser: torch.optim.Optimizer | None = None


def save_state(path: Path, parts: Mapping[str, Part], progress: Progress, identity: Mapping[str, Any]) -> None:
    tensors: dict[str, Tensor] = {}
    for part_name, part in parts.items():
        tensors |= {f"{part_name}/{name}": value for name, value in part.net.state_dict().items()}
        for name, parameter in part.net.named_parameters() if part.optimiser else ():
            moments = part.optimiser.state[parameter] if part.optimiser else {}
            tensors |= {f"{part_name}.{moment}/{name}": moments[moment] for moment in MOMENTS if moment in moments}
    header = {"progress": json.dumps(asdict(progress)), "identity": json.dumps(identity, sort_keys=True)}
    unfinished = path.with_suffix(".part")
    save_file({name: value.detach().cpu().contiguous() for name, value in tensors.items()}, unfinished, header)
    unfinished.replace(path)


@torch.no_grad()
def load_state(path: Path, parts: Mapping[str, Part], identity: Mapping[str, Any]) -> Progress:
    """Put everything back. BrokenWeights where the file is damaged or belongs to another training."""
    try:
        with safe_open(path, "pt") as file:
            header = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is not a mapping
        progress = Progress(**json.loads(header["progress"]))
        found = json.loads(header["identity"])
    except (OSError, SafetensorError, ValueError, KeyError, TypeError) as wrong:
        raise BrokenWeights(f"{path} is no state of a training: {wrong}") from wrong
    differing = sorted(key for key in identity if json.loads(json.dumps(identity[key])) != found.get(key))
    if differing:
        raise BrokenWeights(f"{path} belongs to a training with another {', '.join(differing)}; use another --out")
    for part_name, part in parts.items():
        start = f"{part_name}/"
        try:
            part.net.load_state_dict({k[len(start) :]: v for k, v in tensors.items() if k.startswith(start)})
        except RuntimeError as wrong:
            raise BrokenWeights(f"{path} does not hold these nets: {wrong}") from wrong
        for name, parameter in part.net.named_parameters() if part.optimiser else ():
            moments = {m: tensors[f"{part_name}.{m}/{name}"] for m in MOMENTS if f"{part_name}.{m}/{name}" in tensors}
            if part.optimiser and moments:
                # In the parameter's own layout: the fused step walks through memory and does not look at strides.
                part.optimiser.state[parameter] = {
                    moment: value.to(parameter.device) if value.ndim == 0 else torch.zeros_like(parameter).copy_(value)
                    for moment, value in moments.items()
                }
    return progress
