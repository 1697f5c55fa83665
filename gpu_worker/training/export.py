"""From a run to the set that ships, in eight bits a weight:

python -m gpu_worker.training.export RUN_DIR gpu_worker/weights/bundled
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from gpu_worker.nets.upsampler import Upsampler
from gpu_worker.pipeline.checkpoint import BrokenWeights, Stored, read_set, write_set
from gpu_worker.pipeline.config import SamplingConfig
from gpu_worker.pipeline.weights import NEEDED, UPSAMPLERS, in_eight_bits, store_net, take, to_json, unclip_from
from gpu_worker.training.options import CONFIGS

SET_LIMIT = 32_000_000


def export(
    run: Path,
    folder: Path,
    *,
    config_name: str = "bundled",
    plain_upsamplers: bool = False,
    unfinished: bool = False,
) -> int:
    """Write the set and read it back as the engine will; gives back its bytes."""
    config = CONFIGS[config_name]
    nets: list[Stored] = []
    filled: list[str] = []
    for name in NEEDED:
        weights = run / name / "weights"
        if plain_upsamplers and name in UPSAMPLERS and not weights.exists():
            # A fresh upsampler adds nothing to the smooth enlargement, so a set can be tried before it is complete.
            net = Upsampler(config.upsamplers[UPSAMPLERS.index(name)])
            nets.append(store_net(name, net, clip=nets[0].clip, about={}, eight_bits=True))
            filled.append(name)
        else:
            nets.append(in_eight_bits(take(read_set(weights), name)))
    sampling: SamplingConfig = config.sampling
    about = {"sampling": to_json(sampling), "not_trained": filled, "unfinished": unfinished}
    write_set(folder, nets, about=about)
    unclip_from(folder)
    size = sum(path.stat().st_size for path in folder.iterdir())
    if size > SET_LIMIT:
        raise BrokenWeights(f"{folder} takes {size} bytes, {SET_LIMIT} are allowed: train smaller nets")
    return size


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Write the set of weights that ships.")
    parser.add_argument("run", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--config", choices=tuple(CONFIGS), default="bundled", help="whose sampling defaults to carry")
    parser.add_argument("--plain-upsamplers", action="store_true", help="fill missing upsamplers with plain bicubic")
    parser.add_argument("--unfinished", action="store_true", help="the site says that this model is still in training")
    options = parser.parse_args(arguments)
    try:
        size = export(
            options.run,
            options.folder,
            config_name=options.config,
            plain_upsamplers=options.plain_upsamplers,
            unfinished=options.unfinished,
        )
    except BrokenWeights as refused:
        print(refused, file=sys.stderr)
        return 2
    print(json.dumps({path.name: path.stat().st_size for path in sorted(options.folder.iterdir())}, indent=1))
    print(f"{size / 1e6:.1f} MB in all")
    return 0


if __name__ == "__main__":
    sys.exit(main())
