"""The judge: it learns, goes on as if it had never stopped, and says clearly what is wrong with its files."""

import json

import numpy as np
import pytest
import torch

from gpu_worker.evaluation import judge as judge_command
from gpu_worker.evaluation.augment import augmented
from gpu_worker.evaluation.chance import generator
from gpu_worker.evaluation.judge import REPORT, STATE
from gpu_worker.evaluation.judging import Judge, accuracies
from gpu_worker.evaluation.labels import classes_of
from gpu_worker.evaluation.scene_source import Pool, as_floats, fresh
from gpu_worker.pipeline.checkpoint import BrokenWeights
from tests.gpu_worker.drawings import one_thread, tiny_atlas
from tests.gpu_worker.judges import SMALL, a_judge, corpus, training


@pytest.fixture(autouse=True)
def alone():
    with one_thread():
        yield


def same(one, other):
    return all(torch.equal(a, b) for a, b in zip(one.state_dict().values(), other.state_dict().values(), strict=True))


def test_it_learns_one_batch_by_heart():
    taught = training()
    pictures, labels = taught.pool.at(0)
    x = as_floats(pictures)
    losses = []
    for _ in range(80):
        taught.net.zero_grad()
        loss = taught.loss(x, labels)
        loss.backward()
        for group in taught.optimiser.param_groups:
            group["lr"] = 3e-3
        taught.optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.45 * losses[0], losses[::10]


def test_half_a_training_resumed_is_the_whole(tmp_path):
    whole = training()
    for step in range(6):
        whole.step(step / 6)
    first = training()
    for step in range(3):
        first.step(step / 6)
    first.save(tmp_path / STATE)
    second = training()
    second.load(tmp_path / STATE)
    for step in range(3, 6):
        second.step(step / 6)
    assert second.progress.step == 6 and same(whole.net, second.net)


def test_another_trainings_state_is_refused(tmp_path):
    first = training()
    first.step(0)
    first.save(tmp_path / STATE)
    with pytest.raises(BrokenWeights, match="another seed"):
        training(seed=5).load(tmp_path / STATE)
    (tmp_path / STATE).write_bytes(b"no state")
    with pytest.raises(BrokenWeights, match="no state of a judge's training"):
        training().load(tmp_path / STATE)


def test_a_pool_is_a_function_of_seed_and_step():
    def pool(seed=1):
        return Pool(corpus(), classes_of(corpus().vocabulary.names), batch=8, seed=seed, size=32, capacity=32, round_=8)

    straight, late = pool(), pool()
    batches = [straight.at(step) for step in range(30)]
    pictures, labels = late.at(29)
    assert torch.equal(pictures, batches[29][0]) and torch.equal(labels["first"], batches[29][1]["first"])
    assert late.composed < straight.composed
    assert not torch.equal(pool(2).at(0)[0], batches[0][0])


def test_damage_leaves_colours_and_sides():
    scenes = fresh(corpus(), 1, 64)
    x = as_floats(scenes.pictures)
    damaged = augmented(x, generator(0, "test"))
    assert damaged.shape == x.shape and damaged.abs().max() <= 1
    assert torch.equal(damaged, augmented(x, generator(0, "test")))
    assert not torch.equal(damaged, augmented(x, generator(1, "test")))
    # The mean colour moves a little, and a bright left half stays on the left.
    assert (damaged.mean(dim=(2, 3)) - x.mean(dim=(2, 3))).abs().max() < 0.3
    half = torch.cat([torch.ones(8, 3, 64, 32), -torch.ones(8, 3, 64, 32)], dim=3)
    after = augmented(half, generator(0, "halves"))
    assert (after[..., :24].mean(dim=(1, 2, 3)) > after[..., -24:].mean(dim=(1, 2, 3)) + 1).all()


def test_the_command_trains_measures_and_goes_on(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(judge_command, "limit_threads", lambda: 1)
    monkeypatch.setattr(judge_command.os, "nice", lambda more: 0)
    monkeypatch.setattr(judge_command, "JudgeConfig", lambda: SMALL)
    out = tmp_path / "judge"
    wanted = ["--out", str(out), "--batch", "8", "--check", "24"]
    assert judge_command.main([*wanted, "--steps", "2"], corpus=corpus()) == 0
    assert judge_command.main([*wanted, "--steps", "3"], corpus=corpus()) == 2
    assert "--resume goes on" in capsys.readouterr().err
    assert judge_command.main([*wanted, "--steps", "3", "--resume"], corpus=corpus()) == 0
    report = json.loads((out / REPORT).read_text())
    assert report["steps"] == 3 and 0 <= report["overall"]["subject"] <= 1
    assert set(report["by_style"]) and "one thing alone" in capsys.readouterr().out
    judge = Judge.load(out, corpus().vocabulary.names)
    assert judge.about["steps"] == 3
    pictures = fresh(corpus(), 2, 5, size=96).pictures
    answers = judge.answers(pictures)
    assert answers["first"].shape == (5, len(corpus().vocabulary.names))
    assert torch.allclose(answers["place"].exp().sum(1), torch.ones(5), atol=1e-3)
    assert judge.features(pictures).shape[0] == 5


def test_accuracies_are_shares_of_what_was_asked(tmp_path):
    judge = Judge.load(a_judge(tmp_path), corpus().vocabulary.names)
    scenes = fresh(corpus(), 3, 60)
    found = accuracies(judge, scenes, corpus())
    values = [value for row in found["by_style"].values() for value in row.values() if value is not None]
    assert found["scenes"] == 60 and values and all(0 <= value <= 1 for value in values)
    core = corpus().vocabulary.core[scenes.plan.subject]
    weighed = core.mean() * found["core"]["subject"] + (~core).mean() * (found["other"]["subject"] or 0)
    assert np.isclose(found["overall"]["subject"], weighed, atol=1e-3)
    for question, wrong in found["taken_for"].items():
        assert all(there != seen and there in judge.classes[question] and count > 0 for there, seen, count in wrong)


def test_a_missing_or_foreign_judge_is_named(tmp_path):
    names = corpus().vocabulary.names
    with pytest.raises(BrokenWeights, match="the judge is trained by"):
        Judge.load(tmp_path / "nowhere", names)
    folder = a_judge(tmp_path / "judge")
    with pytest.raises(BrokenWeights, match="taught other words"):
        Judge.load(folder, [*names, "dodo"])
    file = next(folder.glob("*.safetensors"))
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(BrokenWeights, match="bytes instead of"):
        Judge.load(folder, names)


def test_the_corpus_is_drawn_evenly():
    ours = corpus()
    counts = np.bincount(ours.plan(1, 4000, split="all").subject, minlength=len(tiny_atlas().known))
    assert counts.min() > 0.4 * counts.mean()
