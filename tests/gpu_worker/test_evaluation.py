"""The whole evaluation, on nets and a judge as small as they go: what it writes, keeps, and refuses."""

import dataclasses
import json

import numpy as np
import pytest
import torch

from gpu_worker.configs.tiny import TINY
from gpu_worker.corpus.heldout import STORY_PROMPTS
from gpu_worker.engines.unclip import UnclipEngine
from gpu_worker.evaluation import __main__ as command
from gpu_worker.evaluation import study as study_module
from gpu_worker.evaluation.drawing import Artist, Conditions
from gpu_worker.evaluation.parts import ablations, operations, timing
from gpu_worker.evaluation.parts.story import ASKED
from gpu_worker.evaluation.study import Sizes, again, heldout_plan, kept
from gpu_worker.nets.decoder import Decoder
from gpu_worker.nets.untrained import dream_
from gpu_worker.pipeline.checkpoint import BrokenWeights, write_set
from gpu_worker.pipeline.nets import Nets
from gpu_worker.pipeline.weights import in_eight_bits, store_clip, store_net, to_json
from gpu_worker.request import DrawRequest
from tests.gpu_worker import trainings
from tests.gpu_worker.drawings import one_thread
from tests.gpu_worker.judges import a_judge, corpus

FEW = Sizes(prompts=8, pictures=12, operations=2, seeds=2, variety_prompts=2, variety_seeds=3, neighbours=60,
            story_seeds=2)  # fmt: skip


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    # Nets this small only wait for each other on more; the engine asks for itself.
    monkeypatch.setenv("GPU_WORKER_THREADS", "1")
    with one_thread():
        yield


@pytest.fixture(scope="module")
def judge(tmp_path_factory):
    with one_thread():
        return a_judge(tmp_path_factory.mktemp("judge"), steps=4)


def run(judge, out, *more, monkeypatch):
    monkeypatch.setattr(command, "sizes_of", lambda options: FEW)
    monkeypatch.setattr(command.yardstick, "inception_file", lambda: None)
    arguments = ["--untrained", "tiny", "--judge", str(judge), "--out", str(out), "--quiet", *more]
    return command.main(arguments, corpus=corpus())


def test_everything_is_measured_and_written(judge, tmp_path, monkeypatch, capsys):
    parts = [
        name for name in command.parts_of(command.arguments_of(["--judge", "x", "--out", "y"])) if name != "timing"
    ]
    assert run(judge, tmp_path, "--parts", *parts, monkeypatch=monkeypatch) == 0
    found = json.loads((tmp_path / "evaluation.json").read_text())
    for name in ("subject", "colour", "relation", "count", "place", "style"):
        assert found[name] is None or 0 <= found[name] <= 1, name
    assert found["subject"] is not None and set(found["parts"]) == set(parts)
    assert found["about"]["weights"] and found["about"]["trained"] is False and found["about"]["seed"] == 0
    attributes = found["parts"]["attributes"]
    assert attributes["prompts"] == 8 and set(attributes["core"]) >= {"subjects", "subject", "all"}
    low, high = attributes["all_subjects"]["subject"]["interval"]
    assert low <= attributes["all_subjects"]["subject"]["raw"] <= high
    distances = found["parts"]["distances"]
    assert distances["features"] == "judge" and "not FID" in distances["note"]
    assert distances["drawn"]["frechet"] > 0 and "kid_standard_error" in distances["floor"]
    ablated = found["parts"]["ablations"]
    assert "mean" in ablated["one_sample"]["served_minus_this"]["subject"]
    for missing in ("text_decoder", "ar_prior", "other_precision"):
        assert "not_measured" in ablated[missing]
    done = found["parts"]
    assert done["edits"]["kept_pixels_exact"] == done["outpainting"]["kept_pixels_exact"] == 1
    assert 0 <= done["variations"]["nearer_than_95_of_100"] <= 1 and done["blends"]["pairs"] == 2
    assert done["text_diffs"]["by_theta"]["0.5"]["both"] <= 1
    assert set(STORY_PROMPTS) < set(found["parts"]["story"])
    page = (tmp_path / "index.html").read_text()
    assert page.count("<svg") > 5 and page.count("data:image/webp") > 5 and "http" not in page.replace("http-", "")
    assert "evaluation.json" in capsys.readouterr().out


def test_an_evaluation_goes_on_where_it_was(judge, tmp_path, monkeypatch):
    assert run(judge, tmp_path, "--parts", "attributes", monkeypatch=monkeypatch) == 0
    before = json.loads((tmp_path / "evaluation.json").read_text())["parts"]["attributes"]
    stamps = {path: path.stat().st_mtime_ns for path in (tmp_path / "album").rglob("*.npy")}
    drawn = []
    monkeypatch.setattr(Artist, "draw", lambda self, prompts, *rest: drawn.append(len(prompts)))
    assert run(judge, tmp_path, "--parts", "attributes", "retrieval", monkeypatch=monkeypatch) == 0
    after = json.loads((tmp_path / "evaluation.json").read_text())["parts"]
    assert after["attributes"] == before and "retrieval" in after and not drawn
    assert stamps == {path: path.stat().st_mtime_ns for path in (tmp_path / "album").rglob("*.npy")}


def test_a_part_cut_off_in_the_middle_is_measured_again(tmp_path):
    assert kept(tmp_path, "one", {"weights": "a"}, lambda: {"value": 1})["value"] == 1
    assert kept(tmp_path, "one", {"weights": "a"}, lambda: {"value": 2})["value"] == 1
    assert kept(tmp_path, "one", {"weights": "a"}, None)["value"] == 1
    assert kept(tmp_path, "one", {"weights": "b"}, None) is None
    assert kept(tmp_path, "one", {"weights": "b"}, lambda: {"value": 3})["value"] == 3
    (tmp_path / "parts" / "one.json").write_text('{"identity": {"weig')
    assert kept(tmp_path, "one", {"weights": "b"}, lambda: {"value": 4})["value"] == 4


def test_other_pictures_are_not_taken_from_the_album(tmp_path):
    def piece(value):
        return lambda rows: torch.full((rows.stop - rows.start, 1), value)

    ours = study_module.Study(None, None, corpus(), tmp_path, quiet=True)
    assert ours.in_pieces("one", "nets a", [1, 2, 3], piece(7)).tolist() == [[7]] * 3
    assert ours.in_pieces("one", "nets a", [1, 2, 3], piece(8)).tolist() == [[7]] * 3
    assert ours.in_pieces("one", "nets a", [1, 2, 4], piece(8)).tolist() == [[8]] * 3
    assert ours.in_pieces("one", "nets b", [1, 2, 4], piece(9)).tolist() == [[9]] * 3


def test_the_real_scenes_are_those_of_the_prompts():
    """The ceiling is measured on the very sentences that are drawn: the plan's captions are the corpus's prompts."""
    plan = heldout_plan(corpus(), 40, seed=3)
    prompts = corpus().heldout_prompts(40, seed=3)
    known = corpus().atlas.known
    assert list(zip(study_module.captions(plan, known), study_module.facts(plan, known), strict=True)) == prompts
    other = again(plan, corpus(), 1)
    assert study_module.facts(other, known) == [fact for _, fact in prompts]
    assert not np.array_equal(other.x, plan.x)


def test_a_batch_of_prompts_is_drawn_as_the_engine_draws_one():
    artist = Artist.untrained(TINY, dtype=torch.float32)
    prompts = ["a red cat", "three blue horses on the moon, as a very long sentence", "an apple"]
    batch = artist.draw(prompts, [5, 6, 7], 256)
    engine = UnclipEngine("tiny", TINY, torch.float32)
    request = DrawRequest(id="x", kind="prompt", prompt=prompts[1], seeds=(6,), size=256)
    result = engine.draw(request, progress=lambda preview: None, cancelled=lambda: False)
    alone = operations.from_png(result.pictures[0])
    assert (batch[1].int() - alone.int()).abs().max() <= 2


def test_conditions_change_the_picture():
    artist = Artist.untrained(TINY, dtype=torch.float32)
    asked = (["a red cat"] * 2, [1, 2])
    served = artist.draw(*asked).int()
    for conditions in (Conditions("text_embedding"), Conditions(captioned=False), Conditions(sees_image=False)):
        assert (artist.draw(*asked, conditions=conditions).int() - served).abs().max() > 2, conditions
    with pytest.raises(BrokenWeights, match="no autoregressive prior"):
        artist.draw(*asked, conditions=Conditions("autoregressive"))


def test_what_is_compared_is_loaded_beside_the_set(tmp_path):
    clip = trainings.clip()
    nets = Nets(TINY)
    stored_clip = store_clip(clip.text, clip.image, about={})
    parts = {
        "prior": nets.prior, "decoder": nets.decoder, "first_upsampler": nets.first_upsampler,
        "second_upsampler": nets.second_upsampler,
    }  # fmt: skip
    stored = {name: store_net(name, net, clip=stored_clip.clip, about={}) for name, net in parts.items()}
    write_set(
        tmp_path / "set",
        [stored_clip, *map(in_eight_bits, stored.values())],
        about={"sampling": to_json(TINY.sampling)},
    )
    for name in ("prior", "decoder"):
        write_set(tmp_path / "run" / name / "weights", [stored[name]])
    other = Decoder(TINY.decoder)
    dream_(other, 3)
    beside = store_net("text_decoder", other, clip=stored_clip.clip, about={})
    write_set(tmp_path / "text", [beside])
    write_set(tmp_path / "foreign", [dataclasses.replace(beside, clip="another")])

    served = Artist.load(tmp_path / "set")
    before = Artist.before_rounding(tmp_path / "set", tmp_path / "run")
    text = Artist.with_text_decoder(tmp_path / "set", tmp_path / "text")
    assert len({served.hash, before.hash, text.hash}) == 3
    kernel = nets.prior.text.weight.data
    assert torch.equal(before.unclip.nets.prior.text.weight.float(), kernel.to(before.dtype).float())
    asked = (["a red cat"], [1])
    assert not torch.equal(text.draw(*asked, conditions=Conditions(sees_image=False)), served.draw(*asked))
    with pytest.raises(BrokenWeights, match="another CLIP"):
        Artist.with_text_decoder(tmp_path / "set", tmp_path / "foreign")


def test_differences_are_paired_by_prompt_and_seed():
    def found(values):
        empty = {name: np.full(4, np.nan) for name in ablations.NAMES}
        return {**empty, "subject": np.array(values, dtype=float)}

    one, other = [found([1, 1, 1, np.nan])] * 2, [found([1, 0, 1, np.nan]), found([0, 0, 1, np.nan])]
    result = ablations._differences(one, other)
    assert set(result) == {"subject"} and result["subject"]["mean"] == 0.5


def test_the_story_asks_for_what_it_says():
    for prompt, fact in ASKED.items():
        assert fact.subject in prompt and fact.object in prompt and fact.relation in prompt
        assert fact.colour is None or fact.colour in prompt
    assert [fact.style for fact in ASKED.values()] == [None, None, "van_gogh"]


def test_a_seam_is_seen():
    smooth = torch.linspace(0, 255, 256).byte().expand(3, 256, 256)
    broken = smooth.clone()
    broken[..., 128:] = broken[..., 128:] // 2
    assert operations.seam(smooth, 128) < 1.3 < 5 < operations.seam(broken, 128)


def test_a_shadow_is_seen():
    ground = torch.full((3, 64, 64), 200, dtype=torch.uint8)
    hole, fallen = torch.zeros(64, 64, dtype=torch.bool), torch.zeros(64, 64, dtype=torch.bool)
    hole[20:60, 20:44], fallen[50:58, 22:42] = True, True
    assert not operations.shadow_seen(ground, hole, fallen)
    ground[:, 50:58, 22:42] = 150
    assert operations.shadow_seen(ground, hole, fallen)


def test_time_is_taken_of_both_ways(monkeypatch):
    short = dataclasses.replace(TINY.sampling, prior_steps=3, decoder_steps=5)
    monkeypatch.setattr(timing, "PAPER", dataclasses.replace(timing.PAPER, sampling=short))
    served, slow = timing.served(None, TINY), timing.paper_steps(None, TINY)
    assert 0 < served["first_preview"] < served["seconds"] and slow["seconds"] > 0
    assert served["peak_memory_mb"] > 50 and timing.machine()["cores"] >= 1


@pytest.mark.parametrize("what", ["--weights", "--judge"])
def test_missing_weights_are_named(what, judge, tmp_path, capsys, monkeypatch):
    nowhere = tmp_path / "nowhere"
    given = {"--judge": judge, "--out": tmp_path / "out", what: nowhere}
    arguments = [str(part) for pair in given.items() for part in pair]
    assert command.main(arguments, corpus=corpus()) == 2
    assert str(nowhere) in capsys.readouterr().err


def test_an_unknown_part_is_named(capsys):
    with pytest.raises(SystemExit):
        command.arguments_of(["--judge", "x", "--out", "y", "--parts", "beauty"])
    assert "no part beauty" in capsys.readouterr().err
