"""A training goes on as if it had never stopped, or from its weights alone, and says when it cannot."""

import json

import pytest
import torch
from PIL import Image
from safetensors import safe_open

from gpu_worker.pipeline.checkpoint import BrokenWeights, read_set
from gpu_worker.training.average import Average
from gpu_worker.training.loop import Budget
from gpu_worker.training.schedule import learning_rate
from gpu_worker.training.state import STATE
from tests.gpu_worker.trainings import BUILDERS, one_thread, same, trainer  # noqa: F401


@pytest.mark.parametrize("name", ["clip", "prior", "ar_prior", "decoder", "sharpened"])
def test_two_halves_with_a_resume_are_the_whole(name, tmp_path):
    """Bit for bit: the net and its average, and so the optimiser, the pool and all noise."""
    whole = trainer(BUILDERS[name](), tmp_path / "whole", steps=6)
    whole.run()
    half = trainer(BUILDERS[name](), tmp_path / "halves", steps=6)
    half._planned_end = lambda: half.progress.step >= 3
    half.run()
    assert half.progress.step == 3
    rest = trainer(BUILDERS[name](), tmp_path / "halves", steps=6)
    assert "step 3" in rest.resume()
    assert same(rest.task.net, half.task.net)
    rest.run()
    assert rest.progress.step == 6
    assert same(rest.task.net, whole.task.net)
    assert same(rest.average.net, whole.average.net)
    for part, judge in rest.task.helpers().items():
        assert same(judge.net, whole.task.helpers()[part].net)
    assert not same(rest.task.net, half.task.net)


def test_another_seed_is_another_training(tmp_path):
    nets = []
    for seed in (1, 2):
        one = trainer(BUILDERS["prior"](seed=seed), tmp_path / str(seed), steps=2)
        one.run()
        nets.append(one.task.net)
    assert not same(*nets)


def test_it_goes_on_from_weights_alone_with_a_new_warm_up(tmp_path):
    first = trainer(BUILDERS["prior"](), tmp_path, steps=20)
    first._planned_end = lambda: first.progress.step >= 4
    first.run()
    (tmp_path / "prior" / STATE).unlink()
    second = trainer(BUILDERS["prior"](), tmp_path, steps=20, warm_up=10)
    assert "new optimiser" in second.resume()
    assert (second.progress.step, second.progress.since_start) == (4, 0)
    # To the precision in which weights are handed on.
    for mine, its in zip(second.task.net.parameters(), first.average.net.parameters(), strict=True):
        assert torch.allclose(mine, its, rtol=2**-8, atol=1e-6)
    second._planned_end = lambda: second.progress.step >= 5
    second.run()
    assert second.optimiser.param_groups[0]["lr"] == pytest.approx(2e-3 / 10)


def test_a_state_of_another_training_is_refused(tmp_path):
    trainer(BUILDERS["prior"](), tmp_path, steps=1).run()
    with pytest.raises(BrokenWeights, match="another seed"):
        trainer(BUILDERS["prior"](seed=5), tmp_path, steps=2).resume()


def test_a_state_cut_short_is_named(tmp_path):
    trainer(BUILDERS["prior"](), tmp_path, steps=1).run()
    state = tmp_path / "prior" / STATE
    state.write_bytes(state.read_bytes()[:1000])
    with pytest.raises(BrokenWeights, match=STATE):
        trainer(BUILDERS["prior"](), tmp_path, steps=2).resume()


def test_weights_of_another_clip_are_refused(tmp_path):
    trainer(BUILDERS["prior"](), tmp_path, steps=1).run()
    task = BUILDERS["prior"]()
    task.clip.hash, before = "f" * 64, task.clip.hash
    try:
        with pytest.raises(BrokenWeights, match="another CLIP"):
            trainer(task, tmp_path / "new", steps=2).begin_from(read_set(tmp_path / "prior" / "weights"))
    finally:
        task.clip.hash = before


def test_a_run_leaves_weights_a_log_a_curve_and_a_sheet(tmp_path):
    task = BUILDERS["decoder"]()
    trainer(task, tmp_path, steps=2).run()
    folder = tmp_path / "decoder"
    assert Image.open(folder / "curve.png").size == (900, 480)
    assert Image.open(folder / "drawn.png").width > 500
    rows = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    assert {"step", "loss", "learning_rate", "pictures_a_second", "scenes_a_second"} <= rows[1].keys()
    assert rows[0]["held_out"] > 0 and rows[-1]["held_out"] > 0
    assert rows[-1]["kept_pixels_off"] == 0
    stored = read_set(folder / "weights").nets["decoder"]
    assert stored.config["predicts"] == "velocity"
    assert stored.clip == task.clip.hash
    assert stored.about["step"] == 2
    with safe_open(folder / STATE, "pt") as file:
        assert json.loads(file.metadata()["progress"])["step"] == 2


def test_the_minutes_end_a_run(tmp_path):
    one = trainer(BUILDERS["prior"](), tmp_path, minutes=0.001)
    one._save_seconds = 0.0
    assert one.run().step < 200


def test_a_last_piece_brings_the_learning_rate_down_to_nothing(tmp_path):
    one = trainer(BUILDERS["prior"](), tmp_path, minutes=2.5 / 60, finish=True)
    one._save_seconds = 0.0
    one.run()
    assert one.share_done() > 0.8
    assert one.optimiser.param_groups[0]["lr"] < 2e-3 * 0.5


def test_no_checkpoint_is_written_over_by_a_loss_that_is_no_number(tmp_path):
    one = trainer(BUILDERS["prior"](), tmp_path, steps=3)
    one.task.loss = lambda step, progress: one.task.net.predict.bias.sum() * float("nan")
    with pytest.raises(SystemExit, match="smaller --lr"):
        one.run()
    assert not (tmp_path / "prior" / STATE).exists()


def test_the_learning_rate_rises_stays_and_comes_down():
    rates = [learning_rate(1.0, since_start=step, progress=step / 1000, warm_up=100) for step in range(1001)]
    assert rates[0] == pytest.approx(0.01)
    assert rates[99:701] == pytest.approx([1.0] * 602)
    assert rates[850] == pytest.approx(0.5)
    assert rates[1000] == pytest.approx(0, abs=1e-9)


def test_the_average_is_the_average():
    net = torch.nn.Linear(2, 2)
    average = Average(net, 0.9)
    expected = average.net.weight.clone()
    for step in range(300):
        with torch.no_grad():
            net.weight.add_(0.01)
        decay = min(0.9, (1 + step) / (10 + step))
        expected = decay * expected + (1 - decay) * net.weight
        average.update(net, step)
    assert torch.allclose(average.net.weight, expected, atol=1e-5)
    assert float((net.weight - average.net.weight).detach().mean()) == pytest.approx(
        0.01 * 9, rel=0.02
    )  # d/(1-d) steps


def test_without_a_plan_there_is_no_end():
    assert Budget(minutes=1, learning_rate=1).steps is None
    assert learning_rate(1.0, since_start=10**6, progress=0.0) == 1.0
