import torch

from gpu_worker.diffusion.noise import generator, noise, placed_noise


def test_a_seed_means_the_same_alone_and_among_others():
    assert torch.equal(noise([7], "decoder", (3, 8, 8))[0], noise([1, 7, 9], "decoder", (3, 8, 8))[1])


def test_seeds_and_purposes_do_not_share_noise():
    one = noise([1, 2], "decoder", (3, 8, 8))
    assert not torch.equal(one[0], one[1])
    assert not torch.equal(one[0], noise([1], "prior", (3, 8, 8))[0])


def test_the_largest_seed_is_a_seed():
    assert torch.randn(1, generator=generator(2**63 - 1, "x")).isfinite()


def test_placed_noise_belongs_to_the_place_and_not_to_the_tile():
    whole = placed_noise(3, "up", channels=3, top=0, left=0, height=200, width=256)
    part = placed_noise(3, "up", channels=3, top=50, left=100, height=70, width=130)
    assert torch.equal(part, whole[:, 50:120, 100:230])


def test_placed_noise_reaches_above_and_left_of_the_first_picture():
    outside = placed_noise(3, "up", channels=3, top=-90, left=-10, height=100, width=20)
    assert outside.shape == (3, 100, 20)
    inside = placed_noise(3, "up", channels=3, top=0, left=0, height=10, width=10)
    assert torch.equal(outside[:, 90:, 10:], inside)


def test_placed_noise_is_standard_normal():
    field = placed_noise(3, "up", channels=3, top=0, left=0, height=256, width=256)
    assert abs(float(field.mean())) < 0.01
    assert abs(float(field.std()) - 1) < 0.01
