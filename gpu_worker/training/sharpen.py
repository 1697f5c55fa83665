"""The last part of an upsampler's training: crisp in the few steps that ship.

A mean error alone draws the mean of all that could be, which is mush. So the result of the very sampler that ships
is also shown to a judge of patches (Isola et al. 2017, §3.2.2; hinge loss, Lim & Ye 2017) that learns to tell it from
real pictures, beside the smooth enlargement of both; and its features in CLIP's first convolutions are held to the
real ones'. The judge's weight follows from gradients at the last layer (Esser et al. 2021, eq. 7).
"""

from __future__ import annotations

import itertools

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gpu_worker.diffusion import samplers, schedule
from gpu_worker.nets.clip import ImageEncoder
from gpu_worker.nets.layers import PositionNorm, halve
from gpu_worker.pipeline.unclip import PICTURE_LIMIT
from gpu_worker.training.loop import Compiled
from gpu_worker.training.state import Part, make_optimiser

JUDGE_WIDTHS = (48, 96, 128)
JUDGE_RATE = 4e-4
HIGHEST_WEIGHT, SHARE = 50.0, 0.4
FEATURES = 0.05


class PatchJudge(nn.Module):
    """(B, 6, H, W), a picture and its smooth enlargement -> (B, 1, H/8, W/8): real where above nothing"""

    def __init__(self) -> None:
        super().__init__()
        widths = (6, *JUDGE_WIDTHS)
        self.convolutions = nn.ModuleList(nn.Conv2d(4 * a, b, 3, padding=1) for a, b in itertools.pairwise(widths))
        self.norms = nn.ModuleList(PositionNorm(width) for width in JUDGE_WIDTHS)
        self.leave = nn.Conv2d(JUDGE_WIDTHS[-1], 1, 3, padding=1)

    def forward(self, picture: Tensor, enlarged: Tensor) -> Tensor:
        x = torch.cat([picture, enlarged], dim=1)
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            x = F.leaky_relu(norm(convolution(halve(x))), 0.2)
        return self.leave(x)


class Sharpener:
    def __init__(self, image: ImageEncoder, device: torch.device, *, start: float, steps: int) -> None:
        self.image, self.start, self.steps = image, start, steps
        self.judge = PatchJudge().to(device)
        self.optimiser = make_optimiser(self.judge, rate=JUDGE_RATE)

    @property
    def part(self) -> Part:
        return Part(self.judge, self.optimiser)

    def shipped(self, net: Compiled, noise: Tensor, enlarged: Tensor, z: Tensor, masked: Tensor) -> Tensor:
        """What the sampler that ships draws; only its last step can be learnt from."""
        *moments, last, end = schedule.times(self.steps, start=self.start)

        def predict(x: Tensor, t: Tensor) -> Tensor:
            return net(x, t, enlarged, z, masked).float()

        x = schedule.noised(enlarged, noise, self.start)
        if moments:
            with torch.no_grad():
                velocity = schedule.velocity_from_clean(predict, limit=PICTURE_LIMIT)
                x = samplers.ddim(velocity, x, [*moments, last])
        assert end == 0
        return predict(x, schedule.batch_of(last, x))

    def loss(self, drawn: Tensor, real: Tensor, enlarged: Tensor, faithful: Tensor, last_layer: Tensor) -> Tensor:
        """To be added to `faithful`, the loss that measures errors. The judge learns its own step here."""
        alike = self._features(drawn, real)
        self._teach(drawn.detach(), real, enlarged)
        self.judge.requires_grad_(False)
        convincing = -self.judge(drawn, enlarged).float().mean()
        self.judge.requires_grad_(True)
        wanted = torch.autograd.grad(faithful, last_layer, retain_graph=True)[0].norm()
        found = torch.autograd.grad(convincing, last_layer, retain_graph=True)[0].norm()
        weight = (wanted / (found + 1e-6)).clamp(max=HIGHEST_WEIGHT).detach()
        return FEATURES * alike + SHARE * weight * convincing

    def _teach(self, drawn: Tensor, real: Tensor, enlarged: Tensor) -> None:
        self.optimiser.zero_grad(set_to_none=True)
        hinge = F.relu(1 - self.judge(real, enlarged).float()).mean()
        hinge = hinge + F.relu(1 + self.judge(drawn, enlarged).float()).mean()
        hinge.backward()
        self.optimiser.step()

    def _features(self, drawn: Tensor, real: Tensor) -> Tensor:
        """The distance in the first two convolutions of CLIP, which look at 4×4 and 10×10 pixels."""
        total = drawn.new_zeros(())
        x, y = drawn, real
        for convolution, norm in itertools.islice(zip(self.image.stem, self.image.stem_norms, strict=True), 2):
            x, y = (F.silu(norm(convolution(halve(part)))) for part in (x, y))
            total = total + (x - y.detach()).float().abs().mean()
        return total
