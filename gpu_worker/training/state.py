"""The whole state of a training, in one file that stays where it was written.

Nothing random has a state (scenes.derived_seed), so the net, its average, the optimiser's moments and a few
numbers are all there is.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from gpu_worker.pipeline.checkpoint import BrokenWeights

STATE = "state.safetensors"
MOMENTS = ("exp_avg", "exp_avg_sq")


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


def make_optimiser(net: nn.Module, *, decay: float = 0.01) -> torch.optim.AdamW:
    """AdamW (Loshchilov & Hutter 2019) with the plan's moments; gains, biases and single tokens are not decayed."""
    matrices = [p for p in net.parameters() if p.ndim >= 2 and p.numel() >= 4096]
    chosen = {id(p) for p in matrices}
    rest = [p for p in net.parameters() if id(p) not in chosen]
    groups = [{"params": matrices, "weight_decay": decay}, {"params": rest, "weight_decay": 0.0}]
    return torch.optim.AdamW([group for group in groups if group["params"]], betas=(0.9, 0.98), eps=1e-8, fused=True)


def save_state(
    path: Path,
    *,
    net: nn.Module,
    average: nn.Module,
    optimiser: torch.optim.Optimizer,
    progress: Progress,
    identity: dict[str, Any],
) -> None:
    tensors: dict[str, Tensor] = {}
    for prefix, module in (("net/", net), ("average/", average)):
        tensors |= {prefix + name: value for name, value in module.state_dict().items()}
    for name, parameter in net.named_parameters():
        for moment in MOMENTS:
            value = optimiser.state[parameter].get(moment)
            if value is not None:
                tensors[f"{moment}/{name}"] = value
    header = {"progress": json.dumps(asdict(progress)), "identity": json.dumps(identity, sort_keys=True)}
    unfinished = path.with_suffix(".part")
    save_file({name: value.detach().cpu().contiguous() for name, value in tensors.items()}, unfinished, header)
    unfinished.replace(path)


@torch.no_grad()
def load_state(
    path: Path, *, net: nn.Module, average: nn.Module, optimiser: torch.optim.Optimizer, identity: dict[str, Any]
) -> Progress:
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
    try:
        for prefix, module in (("net/", net), ("average/", average)):
            module.load_state_dict({k[len(prefix) :]: v for k, v in tensors.items() if k.startswith(prefix)})
    except RuntimeError as wrong:
        raise BrokenWeights(f"{path} does not hold these nets: {wrong}") from wrong
    steps = torch.tensor(float(progress.since_start))
    for name, parameter in net.named_parameters():
        moments = {moment: tensors.get(f"{moment}/{name}") for moment in MOMENTS}
        if all(value is not None for value in moments.values()):
            # In the parameter's own layout: the fused step walks through memory and does not look at strides.
            placed = {
                moment: torch.zeros_like(parameter).copy_(value)
                for moment, value in moments.items()
                if value is not None
            }
            optimiser.state[parameter] = {"step": steps.to(parameter.device).clone(), **placed}
    return progress
