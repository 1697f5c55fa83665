"""The commands, one after the other, from nothing to a set that the engine draws with."""

import ast
import sys
from pathlib import Path

import pytest

import gpu_worker
from gpu_worker.engines.unclip import bundled
from gpu_worker.pipeline.checkpoint import read_set
from gpu_worker.request import DrawRequest
from gpu_worker.training import ar_prior, clip, decoder, export, options, prior, upsampler
from gpu_worker.training.from_corpus import FromCorpus, open_corpus
from tests.gpu_worker.drawings import tiny_corpus
from tests.gpu_worker.shapes import Shapes
from tests.gpu_worker.trainings import one_thread  # noqa: F401

SMALL = ["--config", "tiny", "--device", "cpu", "--batch", "4", "--pool", "8", "--round", "4", "--check", "4"]
BRIEF = [*SMALL, "--steps", "1", "--warm-up", "1", "--full-precision"]


@pytest.fixture(autouse=True)
def _shapes(monkeypatch):
    monkeypatch.setattr(options, "open_corpus", lambda atlas: Shapes())
    monkeypatch.setattr(options.os, "nice", lambda by: options.NICENESS)
    monkeypatch.setenv("GPU_WORKER_THREADS", "1")


def test_from_nothing_to_a_drawn_picture(tmp_path, monkeypatch, capsys):
    out = ["--out", str(tmp_path)]
    assert prior.main([*BRIEF, *out]) == 2
    assert "manifest.json" in capsys.readouterr().err  # there is no CLIP yet
    assert clip.main([*BRIEF, *out, "--batch", "8"]) == 0
    assert "pictures/s" in capsys.readouterr().err
    assert prior.main([*BRIEF, *out]) == 0
    assert ar_prior.main([*BRIEF, *out]) == 0
    assert decoder.main([*BRIEF, *out]) == 0
    assert decoder.main([*BRIEF, *out, "--condition", "text"]) == 0
    assert decoder.main([*BRIEF, *out, "--condition", "text_embedding"]) == 0
    crop = ["--crop", "256", "--decoder", str(tmp_path / "decoder" / "weights")]
    assert upsampler.main([*BRIEF, *out, "--stage", "1", "--batch", "1", *crop]) == 0
    assert upsampler.main([*BRIEF, *out, "--stage", "2", "--batch", "1", "--crop", "64", "--round", "1"]) == 0
    assert {path.name for path in tmp_path.iterdir()} == {
        "clip",
        "prior",
        "ar_prior",
        "decoder",
        "text_decoder",
        "text_embedding_decoder",
        "first_upsampler",
        "second_upsampler",
    }
    assert export.main([str(tmp_path), str(tmp_path / "set"), "--config", "tiny"]) == 0
    monkeypatch.setenv("GPU_WORKER_WEIGHTS", str(tmp_path / "set"))
    engine = bundled()
    request = DrawRequest("job", "prompt", "a red circle on blue", (1,), size=256)
    assert engine.draw(request, progress=lambda preview: None, cancelled=lambda: False).used["trained"] is True

    # A run is not begun anew over itself; it goes on, from a committed set too.
    assert prior.main([*BRIEF, *out]) == 2
    assert "--resume" in capsys.readouterr().err
    assert prior.main([*SMALL, *out, "--steps", "2", "--resume"]) == 0
    assert "goes on at step 1" in capsys.readouterr().err
    assert read_set(tmp_path / "prior" / "weights").nets["prior"].about["step"] == 2
    elsewhere = ["--out", str(tmp_path / "elsewhere"), "--clip", str(tmp_path / "set"), "--from", str(tmp_path / "set")]
    assert decoder.main([*SMALL, *elsewhere, "--steps", "2"]) == 0
    assert "from the weights of step 1" in capsys.readouterr().err


def test_without_a_corpus_a_command_says_what_makes_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(options, "open_corpus", open_corpus)
    assert clip.main([*BRIEF, "--out", str(tmp_path), "--atlas", str(tmp_path / "none.webp")]) == 2
    assert "gpu_worker.corpus" in capsys.readouterr().err


def test_the_corpus_is_a_source_of_scenes():
    import torch

    device = torch.device("cpu")
    source = FromCorpus(tiny_corpus())
    one, other = source.batch(5, 32, 6, device), source.batch(5, 32, 6, device, split="heldout")
    assert (one.pictures.dtype, one.pictures.shape, one.masks.shape) == (torch.uint8, (6, 3, 32, 32), (6, 4, 32, 32))
    assert torch.equal(source.batch(5, 32, 6, device).pictures, one.pictures)
    assert other.captions != one.captions
    pairs = source.pairs(5, 32, 4, device)
    assert len(pairs.captions) == len(pairs.pictures) == 8
    for first, second in zip(pairs.captions[::2], pairs.captions[1::2], strict=True):
        assert first != second and len(set(first.split()) & set(second.split())) >= 2


def test_things_come_with_and_without_their_shadow():
    import torch

    class Composed:
        pictures, captions = torch.zeros(2, 3, 8, 8, dtype=torch.uint8), ["a", "b"]
        masks = torch.zeros(2, 3, 8, 8, dtype=torch.uint8)

    Composed.masks[:, 0, 2:4], Composed.masks[:, 2, 4:6] = 255, 255

    class Corpus:
        def batch(self, *arguments, **fields):
            return Composed

    masks = FromCorpus(Corpus()).batch(1, 8, 2, torch.device("cpu")).masks
    assert masks.shape == (2, 4, 8, 8)
    assert (masks[:, 0] == Composed.masks[:, 0]).all()
    assert masks[0, 2, :, 0].tolist() == [0, 0, 255, 255, 255, 255, 0, 0]
    assert masks[:, 1].max() == masks[:, 3].max() == 0  # no second thing, so no shadow of it


def test_training_needs_torch_numpy_safetensors_and_pillow_alone():
    """Followed through every import at the top of a module: it has to run on a machine with nothing else."""
    root = Path(gpu_worker.__file__).parent.parent
    allowed = {"torch", "numpy", "safetensors", "PIL", "gpu_worker"} | sys.stdlib_module_names
    to_see = [f"gpu_worker.training.{path.stem}" for path in (root / "gpu_worker/training").glob("*.py")]
    seen, foreign = set(), {}
    while to_see:
        name = to_see.pop()
        path = root / (name.replace(".", "/") + ".py")
        path = path if path.exists() else root / name.replace(".", "/") / "__init__.py"
        if name in seen or not path.exists():
            continue
        seen.add(name)
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            else:
                continue
            to_see += [found for found in names if found.startswith("gpu_worker")]
            strange = {found.split(".")[0] for found in names} - allowed
            if strange:
                foreign[name] = strange
    assert foreign == {}
    assert "gpu_worker.corpus.scenes" in seen
