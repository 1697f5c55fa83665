"""Weights on disk: what is broken is named; eight bits change little; the engine draws with what training wrote."""

import dataclasses
import json

import pytest
import torch
from torch.nn import functional as F

from gpu_worker import draw as draw_command
from gpu_worker.configs.bundled import BUNDLED
from gpu_worker.configs.tiny import TINY
from gpu_worker.engines.unclip import UnclipEngine, bundled, bundled_weights
from gpu_worker.nets.decoder import Decoder
from gpu_worker.nets.untrained import dream_
from gpu_worker.pipeline import checkpoint, weights
from gpu_worker.pipeline.checkpoint import FILE_LIMIT, MANIFEST, BrokenWeights, Stored, read_set, write_set
from gpu_worker.pipeline.nets import Nets, counted
from gpu_worker.pipeline.quantise import halved, quantised, restored
from gpu_worker.pipeline.weights import store_clip, store_net, to_json, unclip_from
from gpu_worker.request import DrawRequest
from gpu_worker.training import export

CONFIG = dataclasses.replace(TINY, decoder=dataclasses.replace(TINY.decoder, predicts="velocity"))


@pytest.fixture(scope="module")
def nets():
    nets = Nets(CONFIG).eval().requires_grad_(False)
    dream_(nets, 5)
    return nets


def stored(nets, clip=None):
    found = store_clip(nets.text, nets.image, about={"step": 3})
    rest = [
        store_net(name, getattr(nets, name), clip=clip or found.clip, about={}, eight_bits=True)
        for name in weights.NEEDED[1:]
    ]
    return [found, *rest]


@pytest.fixture
def folder(nets, tmp_path):
    write_set(tmp_path / "set", stored(nets), about={"sampling": to_json(CONFIG.sampling)})
    return tmp_path / "set"


def test_a_set_comes_back_with_its_config_and_nearly_its_numbers(nets, folder):
    back, found = unclip_from(folder)
    assert back.config == CONFIG
    assert back.config.decoder.predicts == "velocity"
    assert len(found.hash) == 64
    for (name, mine), its in zip(nets.named_parameters(), back.parameters(), strict=True):
        assert (mine - its).abs().max() <= mine.abs().max() / 254 + 1e-6, name


def test_every_file_carries_config_and_clips_hash(folder):
    found = read_set(folder)
    clip = found.nets["clip"].clip
    assert {net.clip for net in found.nets.values()} == {clip}
    assert found.nets["prior"].config == to_json(CONFIG.prior)
    assert found.nets["clip"].config["text"] == to_json(CONFIG.text)


@pytest.mark.parametrize("name", ["decoder.safetensors", "clip.safetensors", MANIFEST])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(BrokenWeights, match=name):
        unclip_from(folder)


@pytest.mark.parametrize("name", ["prior.safetensors", "second_upsampler.safetensors", MANIFEST])
def test_a_file_cut_short_is_named(folder, name):
    path = folder / name
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(BrokenWeights, match=name):
        unclip_from(folder)


def test_an_altered_byte_is_named(folder):
    path = folder / "decoder.safetensors"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(BrokenWeights, match=r"decoder\.safetensors.*checksum"):
        unclip_from(folder)


def test_a_file_that_is_none_of_ours_is_named_though_its_checksum_fits(folder):
    (folder / "prior.safetensors").write_bytes(b'\x08\0\0\0\0\0\0\0{"a": 1}')
    _list_anew(folder, "prior.safetensors")
    with pytest.raises(BrokenWeights, match=r"prior\.safetensors is no file of weights"):
        unclip_from(folder)


def _list_anew(folder, name):
    import hashlib

    manifest = json.loads((folder / MANIFEST).read_text())
    data = (folder / name).read_bytes()
    manifest["files"][name] = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    (folder / MANIFEST).write_text(json.dumps(manifest))


def test_nets_of_two_clips_do_not_mix(nets, tmp_path):
    write_set(tmp_path, stored(nets, clip="0" * 64), about={"sampling": to_json(CONFIG.sampling)})
    with pytest.raises(BrokenWeights, match=r"prior\.safetensors was trained against another CLIP"):
        unclip_from(tmp_path)


def test_a_clip_that_is_not_the_one_it_says_is_named(nets, tmp_path):
    changed = [dataclasses.replace(net, clip="0" * 64) for net in stored(nets)]
    write_set(tmp_path, changed, about={"sampling": to_json(CONFIG.sampling)})
    with pytest.raises(BrokenWeights, match=r"clip\.safetensors"):
        unclip_from(tmp_path)


def test_weights_that_do_not_fit_their_config_are_named(nets, tmp_path):
    changed = [
        dataclasses.replace(net, config={**net.config, "layers": 2}) if net.name == "prior" else net
        for net in stored(nets)
    ]
    write_set(tmp_path, changed, about={"sampling": to_json(CONFIG.sampling)})
    with pytest.raises(BrokenWeights, match=r"prior\.safetensors.*do not fit"):
        unclip_from(tmp_path)


def test_a_config_of_another_program_is_named(nets, tmp_path):
    changed = [
        dataclasses.replace(net, config={**net.config, "flavour": 2}) if net.name == "decoder" else net
        for net in stored(nets)
    ]
    write_set(tmp_path, changed, about={"sampling": to_json(CONFIG.sampling)})
    with pytest.raises(BrokenWeights, match=r"decoder\.safetensors.*flavour"):
        unclip_from(tmp_path)


def test_nets_that_do_not_fit_each_other_are_named(nets, tmp_path):
    other = Decoder(dataclasses.replace(CONFIG.decoder, embedding=16))
    clip, *rest = stored(nets)
    rest = [net if net.name != "decoder" else store_net("decoder", other, clip=clip.clip, about={}) for net in rest]
    write_set(tmp_path, [clip, *rest], about={"sampling": to_json(CONFIG.sampling)})
    with pytest.raises(BrokenWeights, match=r"decoder\.safetensors.*does not fit the other nets"):
        unclip_from(tmp_path)


def test_another_list_of_words_is_named(nets, tmp_path):
    clip, *rest = stored(nets)
    clip = dataclasses.replace(clip, config={**clip.config, "words": {"sha256": "0"}})
    write_set(tmp_path, [clip, *rest], about={"sampling": to_json(CONFIG.sampling)})
    with pytest.raises(BrokenWeights, match=r"clip\.safetensors.*words"):
        unclip_from(tmp_path)


def test_a_set_without_a_net_says_which(nets, tmp_path):
    write_set(tmp_path, stored(nets)[:-1], about={"sampling": to_json(CONFIG.sampling)})
    with pytest.raises(BrokenWeights, match="second_upsampler"):
        unclip_from(tmp_path)


def test_a_large_net_is_split_and_a_missing_part_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(checkpoint, "FILE_LIMIT", 150_000)
    tensors = {f"layer{number}": torch.randn(100, 100) for number in range(4)}
    write_set(tmp_path, [Stored("net", tensors, {}, None)])
    parts = sorted(path.name for path in tmp_path.glob("*.safetensors"))
    assert parts == [f"net-{part}-of-4.safetensors" for part in range(1, 5)]
    assert max(path.stat().st_size for path in tmp_path.glob("*.safetensors")) < 150_000
    back = read_set(tmp_path).nets["net"].tensors
    assert all(torch.equal(back[name], value) for name, value in tensors.items())
    manifest = json.loads((tmp_path / MANIFEST).read_text())
    del manifest["files"][parts[2]]
    (tmp_path / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(BrokenWeights, match="4 parts of 'net', of which 3"):
        read_set(tmp_path)


def test_files_of_an_older_set_do_not_stay(nets, folder):
    (folder / "old.safetensors").write_bytes(b"old")
    write_set(folder, stored(nets), about={"sampling": to_json(CONFIG.sampling)})
    assert not (folder / "old.safetensors").exists()


def test_eight_bits_are_within_half_a_step_of_each_channel():
    value = torch.randn(64, 128) * torch.logspace(-3, 1, 64)[:, None]
    back = restored(quantised({"w": value, "b": value[0]}))
    step = value.abs().amax(dim=1, keepdim=True) / 127
    assert ((back["w"] - value).abs() <= step / 2 * 1.001).all()
    assert torch.equal(back["b"], value[0])
    zeros = torch.zeros(64, 128)
    assert torch.equal(restored(quantised({"w": zeros}))["w"], zeros)
    # What was stored once is stored the same again: CLIP's hash holds.
    again = quantised(restored(quantised({"w": value})))
    assert torch.equal(restored(again)["w"], back["w"])


def test_eight_bits_move_outputs_little_more_than_bf16(nets):
    """Each net by itself, on the same input: the error beside that of rounding the weights to bf16."""
    torch.manual_seed(0)
    z, x, t = torch.randn(4, 32), torch.randn(4, 3, 64, 64), torch.tensor([0.2, 0.5, 0.7, 0.9])
    states, present, keep = torch.randn(4, 6, 32), torch.ones(4, 6, dtype=torch.bool), torch.ones(4, dtype=torch.bool)
    calls = {
        "image": lambda net: net(x),
        "prior": lambda net: net(z, t, states, present, z, keep),
        "decoder": lambda net: net(x, t, z, states, present, keep, keep),
        "first_upsampler": lambda net: net(x, t, x.flip(0), z) - x.flip(0),
    }
    for name, call in calls.items():
        net = getattr(nets, name)
        exact = call(net)
        errors = []
        for form in (quantised, halved):
            copy = type(net)(net.config).eval().requires_grad_(False)
            copy.load_state_dict(restored(form(net.state_dict())))
            errors.append(float((call(copy) - exact).square().mean().sqrt() / exact.std()))
        assert errors[0] < 0.05, (name, errors)
        assert errors[0] < 12 * errors[1] + 0.005, (name, errors)


def test_the_bundled_set_fits_into_its_32_megabytes():
    assert sum(counted(BUNDLED).values()) * 1.02 < export.SET_LIMIT
    assert counted(BUNDLED)["decoder"] < FILE_LIMIT


def draw(engine):
    request = DrawRequest("job", "prompt", "a red circle", (1,), size=256)
    return engine.draw(request, progress=lambda preview: None, cancelled=lambda: False)


def test_the_engine_draws_with_a_set_and_says_so(folder, monkeypatch):
    monkeypatch.setenv("GPU_WORKER_WEIGHTS", str(folder))
    engine = bundled()
    assert engine.facts.trained is True
    assert engine.facts.weights_hash == read_set(folder).hash
    assert engine._unclip.config.decoder.predicts == "velocity"
    used = draw(engine).used
    assert (used["trained"], used["weights"]) == (True, engine.facts.weights_hash)


def test_a_set_may_say_that_it_is_unfinished(folder):
    manifest = folder / MANIFEST
    written = json.loads(manifest.read_text())
    written["about"]["unfinished"] = True
    manifest.write_text(json.dumps(written))
    assert UnclipEngine("bundled", TINY, weights=folder).facts.trained is False


def test_without_a_set_the_engine_draws_untrained(monkeypatch, tmp_path):
    monkeypatch.delenv("GPU_WORKER_WEIGHTS", raising=False)
    monkeypatch.setattr("gpu_worker.engines.unclip.WEIGHTS", tmp_path)
    assert bundled_weights() is None
    (tmp_path / "bundled").mkdir()
    assert bundled_weights() == tmp_path / "bundled"
    with pytest.raises(BrokenWeights, match=MANIFEST):
        UnclipEngine("bundled", TINY, weights=bundled_weights())


def test_the_command_line_says_what_is_broken(folder, monkeypatch, capsys):
    (folder / "decoder.safetensors").unlink()
    monkeypatch.setenv("GPU_WORKER_WEIGHTS", str(folder))
    assert draw_command.main(["a cat", "--out", str(folder / "pictures")]) == 2
    assert "decoder.safetensors is missing" in capsys.readouterr().err


def test_a_run_is_exported_in_eight_bits_and_read_back(nets, tmp_path, capsys):
    run, target = tmp_path / "run", tmp_path / "set"
    clip, *rest = stored(nets)
    for net in (clip, *rest[:2]):
        in_training = (
            net if net.name == "clip" else store_net(net.name, getattr(nets, net.name), clip=clip.clip, about={})
        )
        write_set(run / net.name / "weights", [in_training])
    assert export.main([str(run), str(target), "--config", "tiny"]) == 2
    assert "first_upsampler" in capsys.readouterr().err
    assert export.main([str(run), str(target), "--config", "tiny", "--plain-upsamplers"]) == 0
    assert "MB in all" in capsys.readouterr().out
    back, found = unclip_from(target)
    assert found.about["not_trained"] == ["first_upsampler", "second_upsampler"]
    assert found.nets["clip"].clip == clip.clip
    assert found.nets["decoder"].tensors["body.0.feed_forward.grow.weight"].dtype == torch.int8
    picture = torch.rand(1, 3, 32, 32)
    assert torch.equal(back.second_upsampler(picture, torch.tensor([0.2]), picture), picture)
    assert F.cosine_similarity(back.image(picture.repeat(1, 1, 2, 2)), nets.image(picture.repeat(1, 1, 2, 2))) > 0.99
