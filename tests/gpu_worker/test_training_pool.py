import torch

from gpu_worker.training.pool import Pool, PoolPlan

CPU = torch.device("cpu")


def pool(batch=4, capacity=32, round_=8, uses=4.0, seed=0, seen=None):
    def compose(seed, count, step):
        if seen is not None:
            seen.append(step)
        source = torch.Generator().manual_seed(seed)
        return {"number": torch.randint(2**40, (count,), generator=source), "row": torch.arange(count)}

    plan = PoolPlan(capacity, round_, uses, first=2)
    return Pool(plan, compose, batch=batch, seed=seed, purpose="test", device=CPU)


def test_a_later_beginning_sees_what_an_unbroken_run_sees():
    whole, late = pool(), pool()
    batches = [whole.at(step) for step in range(100)]
    for step in range(57, 100):
        assert torch.equal(late.at(step)["number"], batches[step]["number"])
    assert late.composed < whole.composed


def test_each_scene_is_used_about_as_often_as_asked():
    one = pool(uses=4.0)
    steps = 800
    for step in range(steps):
        one.at(step)
    assert 3.5 < steps * 4 / one.composed <= 4.1


def test_columns_stay_together_and_seeds_differ():
    one = pool()
    assert one.at(3)["number"].shape == one.at(3)["row"].shape == (4,)
    assert not torch.equal(pool(seed=1).at(3)["number"], one.at(3)["number"])


def test_composing_knows_from_which_step_its_scenes_are_used():
    seen = []
    one = pool(seen=seen)
    for step in range(40):
        one.at(step)
    assert seen[:3] == [0, 0, 8]
    assert seen == sorted(seen)
