"""Weights on disk: a folder of safetensors files of at most 16 MB, and a manifest with their checksums.

Every file says in its header which net it belongs to, that net's config, the hash of the CLIP it was trained
against, and which part of the net it is. Whatever is missing, cut short, altered or does not belong together
is named when it is read: a wrong picture would be harder to explain.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load as tensors_from
from safetensors.torch import save as bytes_from
from torch import Tensor

MANIFEST = "manifest.json"
FORMAT = 1
FILE_LIMIT = 16_000_000
_LENGTH = 8  # of the length at a safetensors file's beginning


class BrokenWeights(Exception):
    """Weights that cannot be used; the message names the file and says what to do."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One net as it lies on disk, in whatever precision."""

    name: str
    tensors: dict[str, Tensor]
    config: dict[str, Any]
    clip: str | None
    """The hash of the CLIP that the net was trained against; of itself for CLIP."""
    about: dict[str, Any] = field(default_factory=dict)
    """How it was trained: steps, seconds, seed…"""


def content_hash(tensors: Mapping[str, Tensor]) -> str:
    """The same for the same numbers, however they are split into files."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        value = tensors[name].detach().cpu().contiguous()
        digest.update(f"{name} {value.dtype} {tuple(value.shape)} ".encode())
        digest.update(bytes_from({"value": value}))
    return digest.hexdigest()


def write_set(folder: Path, nets: list[Stored], *, about: Mapping[str, Any] | None = None) -> None:
    """Write the nets, and last the manifest: a set that was cut off in the middle is not taken for a whole one."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    files: dict[str, dict[str, Any]] = {}
    for net in nets:
        for name, data in _files_of(net):
            _write(folder / name, data)
            files[name] = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    for stale in set(folder.glob("*.safetensors")) - {folder / name for name in files}:
        stale.unlink()
    manifest = {"format": FORMAT, "nets": [net.name for net in nets], "files": files, "about": dict(about or {})}
    _write(folder / MANIFEST, (json.dumps(manifest, indent=1, sort_keys=True) + "\n").encode())


@dataclass(frozen=True, slots=True)
class WeightSet:
    folder: Path
    nets: dict[str, Stored]
    about: dict[str, Any]
    hash: str
    """Of the manifest, and so of everything that it lists."""


def read_set(folder: Path) -> WeightSet:
    """Everything that the manifest lists, checked; BrokenWeights names what is wrong."""
    path = folder / MANIFEST
    try:
        text = path.read_bytes()
    except OSError as wrong:
        raise BrokenWeights(f"{path} cannot be read ({wrong.strerror}): fetch the weights again") from wrong
    try:
        manifest = json.loads(text)
        files = {str(name): (str(entry["sha256"]), int(entry["bytes"])) for name, entry in manifest["files"].items()}
        version, listed, about = manifest["format"], list(manifest["nets"]), dict(manifest["about"])
    except (ValueError, KeyError, TypeError, AttributeError) as wrong:
        raise BrokenWeights(f"{path} is not a manifest of weights: fetch the weights again") from wrong
    if version != FORMAT:
        raise BrokenWeights(f"{path} is of format {version}, this program reads {FORMAT}")
    parts: dict[str, list[tuple[Path, dict[str, Any], dict[str, Tensor]]]] = {name: [] for name in listed}
    for name, (checksum, size) in files.items():
        header, tensors = _read_file(folder / name, checksum, size)
        if header["net"] not in parts:
            raise BrokenWeights(f"{folder / name} holds the net {header['net']!r}, which {path} does not list")
        parts[header["net"]].append((folder / name, header, tensors))
    nets = {name: _joined(name, of_net, folder) for name, of_net in parts.items()}
    _of_one_clip(nets, parts)
    return WeightSet(folder, nets, about, hashlib.sha256(text).hexdigest())


def _files_of(net: Stored) -> list[tuple[str, bytes]]:
    shares: list[dict[str, Tensor]] = [{}]
    # The header has its own bytes; a tenth of a megabyte is more than any of ours takes.
    room, filled = FILE_LIMIT - 100_000, 0
    for name, value in net.tensors.items():
        size = value.numel() * value.element_size()
        if filled + size > room and shares[-1]:
            shares.append({})
            filled = 0
        shares[-1][name] = value.detach().cpu().contiguous()
        filled += size
    files = []
    for part, share in enumerate(shares, start=1):
        header = {
            "format": FORMAT,
            "net": net.name,
            "config": net.config,
            "clip": net.clip,
            "about": net.about,
            "part": part,
            "parts": len(shares),
        }
        data = bytes_from(share, metadata={"tessera": json.dumps(header, sort_keys=True)})
        if len(data) > FILE_LIMIT:
            raise ValueError(f"one tensor of {net.name} alone is larger than a file may be")
        name = f"{net.name}.safetensors" if len(shares) == 1 else f"{net.name}-{part}-of-{len(shares)}.safetensors"
        files.append((name, data))
    return files


def _read_file(path: Path, checksum: str, size: int) -> tuple[dict[str, Any], dict[str, Tensor]]:
    try:
        data = path.read_bytes()
    except FileNotFoundError as wrong:
        raise BrokenWeights(f"{path} is missing: fetch the weights again") from wrong
    except OSError as wrong:
        raise BrokenWeights(f"{path} cannot be read: {wrong.strerror}") from wrong
    if len(data) != size:
        raise BrokenWeights(f"{path} has {len(data)} bytes instead of {size}: fetch the weights again")
    if hashlib.sha256(data).hexdigest() != checksum:
        raise BrokenWeights(f"{path} is not the file that {MANIFEST} lists (its checksum differs): fetch it again")
    try:
        length = int.from_bytes(data[:_LENGTH], "little")
        header = json.loads(json.loads(data[_LENGTH : _LENGTH + length])["__metadata__"]["tessera"])
        return header, tensors_from(data)
    except (ValueError, KeyError, TypeError, SafetensorError) as wrong:
        raise BrokenWeights(f"{path} is no file of weights of this program: {wrong}") from wrong


def _joined(name: str, parts: list[tuple[Path, dict[str, Any], dict[str, Tensor]]], folder: Path) -> Stored:
    if not parts:
        raise BrokenWeights(f"{folder} holds no file of the net {name!r}, which its {MANIFEST} lists")
    parts = sorted(parts, key=lambda part: part[1]["part"])
    path, first, _ = parts[0]
    if [part[1]["part"] for part in parts] != list(range(1, first["parts"] + 1)):
        raise BrokenWeights(f"{path} is one of {first['parts']} parts of {name!r}, of which {len(parts)} are there")
    tensors: dict[str, Tensor] = {}
    for path, header, share in parts:
        if (header["config"], header["clip"]) != (first["config"], first["clip"]):
            raise BrokenWeights(f"{path} does not belong to the same {name!r} as the parts before it")
        tensors.update(share)
    return Stored(name, tensors, first["config"], first["clip"], first["about"])


def _of_one_clip(
    nets: Mapping[str, Stored], parts: Mapping[str, list[tuple[Path, dict[str, Any], dict[str, Tensor]]]]
) -> None:
    """z_i means nothing in another CLIP's space."""
    if "clip" not in nets:
        return
    clip = nets["clip"]
    if content_hash(clip.tensors) != clip.clip:
        raise BrokenWeights(f"{parts['clip'][0][0]} does not hold the CLIP whose hash it carries")
    for name, net in nets.items():
        if net.clip != clip.clip:
            file = parts[name][0][0]
            raise BrokenWeights(
                f"{file} was trained against another CLIP ({_short(net.clip)}, not {_short(clip.clip)})"
            )


def _short(value: str | None) -> str:
    return "none" if value is None else value[:12]


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all."""
    unfinished = path.with_name(path.name + ".part")
    with open(unfinished, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
