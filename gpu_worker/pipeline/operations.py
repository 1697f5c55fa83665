"""What people ask for, made of unCLIP's steps: a drawing of every kind but outpainting, which is many of them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import torch
from torch import Tensor

from gpu_worker.diffusion import noise, samplers, schedule
from gpu_worker.diffusion.slerp import slerp
from gpu_worker.nets.tokenizer import Tokens
from gpu_worker.pipeline.enlarge import tiles
from gpu_worker.pipeline.frame import OPAQUE, Frame, shown_through
from gpu_worker.pipeline.pictures import erased, from_bytes, opened, pixels, reduced, to_bytes, transparent
from gpu_worker.pipeline.unclip import Unclip
from gpu_worker.request import REACH, BadRequest, DrawRequest

# From what a text diff goes where nobody says it: the least that a caption says.
ANY_PICTURE = "a picture"
# The first upsampler's pictures; a larger one needs the second.
MEDIUM = 256


class Watcher(Protocol):
    """Told of every step; it may raise to end the drawing."""

    def __call__(self, done: int, total: int, pictures: Sequence[Tensor] | Tensor | None) -> None: ...


@dataclass(frozen=True, slots=True)
class Drawn:
    pictures: tuple[Tensor, ...]
    """(H, W, 3) of whole numbers 0 to 255"""
    z_image: Tensor
    """(B, d): what each was drawn from, scaled by √d"""
    likeness: Tensor | None = None
    """(B, candidates): cosine of each candidate of the prior with z_t"""
    tokens: Mapping[str, Tokens] = field(default_factory=dict)
    """What the model read of each sentence of the request."""


class Progress:
    """Counts steps over all nets, in the order in which they are asked."""

    def __init__(self, watch: Watcher, total: int) -> None:
        self._watch = watch
        self._total = total
        self._done = 0

    def looks(self, step: int, x0: Tensor) -> None:
        """An observer of steps too short to be counted: a moment to cancel, no more."""
        self._watch(self._done, self._total, None)

    def shows(self, step: int, x0: Tensor) -> None:
        self._done += 1
        self._watch(self._done, self._total, x0)

    def counts(self, pictures: Sequence[Tensor] | Tensor | None = None) -> samplers.Observer:
        """An observer of steps whose pictures are nothing to look at; these are shown instead, once."""
        shown = pictures

        def observe(step: int, x: Tensor) -> None:
            nonlocal shown
            self._done += 1
            self._watch(self._done, self._total, shown)
            shown = None

        return observe


@torch.inference_mode()
def draw(unclip: Unclip, request: DrawRequest, watch: Watcher) -> Drawn:
    """The pictures of a checked and resolved request. Raises BadRequest where its files are not what they should be."""
    return KINDS[request.kind](unclip, request, watch)


def prompt(unclip: Unclip, request: DrawRequest, watch: Watcher, frame: Frame | None = None) -> Drawn:
    """By the prior, the decoder and the upsamplers; with a frame, only its hole."""
    steps = unclip.config.sampling.decoder_steps if request.steps is None else request.steps
    progress = Progress(watch, steps + _steps_after(unclip, request))
    captions = unclip.reader.read([request.prompt], request.negative)
    z_image, likeness = unclip.prior(captions, request.seeds, progress.looks)
    small = unclip.draw_small(
        captions,
        z_image,
        request.seeds,
        steps=steps,
        guidance_scale=request.guidance,
        frame=frame,
        observe=progress.shows,
    )
    pictures = _finished(unclip, small, request.seeds, z_image, request.size, progress, frame)
    return Drawn(pictures, z_image, likeness, {"prompt": captions.tokens[0], **_unwanted(unclip, request)})


def edit(unclip: Unclip, request: DrawRequest, watch: Watcher) -> Drawn:
    """The sentence describes the whole picture as it is to be, and the erased part of it is drawn."""
    source = pixels(opened(request.sources[0], "picture"))
    hole = transparent(source)
    if request.mask is not None:
        hole = hole | erased(opened(request.mask, "mask"))
    if not hole.any():
        raise BadRequest("Nothing of the picture is erased, so there is nothing to paint.")
    hint = None if request.hint is None else pixels(opened(request.hint, "hint"))
    shown = shown_through(source[..., 3].float() / OPAQUE, hole, request.soft)
    return prompt(unclip, request, watch, Frame(source[..., :3], hole, hint, shown))


def variation(unclip: Unclip, request: DrawRequest, watch: Watcher) -> Drawn:
    """The same z_i and a caption that is empty; strength says how much of x_T and of the way is new noise."""
    rows, strength = len(request.seeds), request.strength
    progress = Progress(watch, 2 * _way_steps(unclip, request) + _steps_after(unclip, request))
    source = _source(request.sources[0])
    z_image, x_T = _latents(unclip, [source], request, progress.counts([source] * rows))
    fresh = unclip.noise(request.seeds)
    start = slerp(x_T, fresh, torch.full((rows,), strength))
    z_image = z_image.expand(rows, -1)
    away = torch.full((rows,), strength)
    small = _way_back(unclip, request, z_image, start, away, progress, eta=strength)
    pictures = _finished(unclip, small, request.seeds, z_image, request.size, progress)
    return Drawn(pictures, z_image, tokens=_unwanted(unclip, request))


def blend(unclip: Unclip, request: DrawRequest, watch: Watcher) -> Drawn:
    """Along the great circles from one picture's z_i and x_T to the other's (§3.2), all frames as one batch."""
    thetas = torch.tensor(request.frames)
    progress = Progress(watch, 2 * _way_steps(unclip, request) + _steps_after(unclip, request))
    sources = [_source(blob) for blob in request.sources]
    shown = [sources[0] if theta < 0.5 else sources[1] for theta in request.frames]
    z_image, x_T = _latents(unclip, sources, request, progress.counts(shown))
    frames_z = slerp(z_image[:1], z_image[1:], thetas)
    start = slerp(x_T[:1], x_T[1:], thetas)
    small = _way_back(unclip, request, frames_z, start, (thetas * math.pi).sin(), progress)
    pictures = _finished(unclip, small, _one_seed(request), frames_z, request.size, progress)
    return Drawn(pictures, frames_z, tokens=_unwanted(unclip, request))


def text_diff(unclip: Unclip, request: DrawRequest, watch: Watcher) -> Drawn:
    """From z_i towards the difference of two sentences, x_T as it was (§3.3)."""
    thetas = torch.tensor(request.frames)
    progress = Progress(watch, 2 * _way_steps(unclip, request) + _steps_after(unclip, request))
    source = _source(request.sources[0])
    z_image, x_T = _latents(unclip, [source], request, progress.counts([source] * len(thetas)))
    frames_z = slerp(z_image, unclip.text_direction(request.to_prompt, request.from_prompt), thetas)
    start = x_T.expand(len(thetas), -1, -1, -1)
    small = _way_back(unclip, request, frames_z, start, thetas / REACH["text_diff"], progress)
    pictures = _finished(unclip, small, _one_seed(request), frames_z, request.size, progress)
    encode = unclip.reader.tokenizer.encode
    tokens = {"to_prompt": encode(request.to_prompt), "from_prompt": encode(request.from_prompt)}
    return Drawn(pictures, frames_z, tokens={**tokens, **_unwanted(unclip, request)})


def upscale(unclip: Unclip, request: DrawRequest, watch: Watcher) -> Drawn:
    """Four times as wide and as high, whatever that is, by the second upsampler, in tiles."""
    source = _opaque(request.sources[0])
    z_image, stage = unclip.see(from_bytes(source)), unclip.stages[1]
    progress = Progress(watch, stage.steps * len(list(tiles(*source.shape[:2]))))
    watch(0, 1, None)
    large = stage.enlarge_tiled(source, request.seeds[0], z_image, observe=progress.counts([from_bytes(source)]))
    return Drawn((large,), z_image)


KINDS: Mapping[str, Callable[[Unclip, DrawRequest, Watcher], Drawn]] = {
    "prompt": prompt,
    "edit": edit,
    "variation": variation,
    "blend": blend,
    "text_diff": text_diff,
    "upscale": upscale,
}


def _latents(
    unclip: Unclip, sources: Sequence[Tensor], request: DrawRequest, observe: samplers.Observer
) -> tuple[Tensor, Tensor]:
    """z_i (B, d) and x_T of pictures of any size: what CLIP sees in them, and all else that they are (§3)."""
    small = torch.stack([reduced(source, unclip.side) for source in sources])
    z_image = unclip.see(small)
    return z_image, unclip.invert(small, z_image, steps=request.steps, observe=observe)


def _way_back(
    unclip: Unclip,
    request: DrawRequest,
    z_image: Tensor,
    start: Tensor,
    away: Tensor,
    progress: Progress,
    *,
    eta: float = 0.0,
) -> Tensor:
    """By DDIM, whose steps are the inversion's. away (B) in [0, 1]: how far a picture is from what was inverted.

    Guidance bends the way, so it grows with the distance: a picture that is to be the source again has none.
    """
    sampling = unclip.config.sampling
    full = sampling.decoder_guidance if request.guidance is None else request.guidance
    velocity = unclip.velocity(unclip.empty_captions(request.negative), z_image, 1 + (full - 1) * away)
    sources = [noise.generator(seed, "variation") for seed in request.seeds]

    def fresh(x: Tensor) -> Tensor:
        return torch.stack([torch.randn(x.shape[1:], generator=source) for source in sources]).to(x.device)

    moments = schedule.times(_way_steps(unclip, request))
    return samplers.ddim(velocity, start, moments, eta=eta, noise=fresh, observe=progress.shows).clamp(-1, 1)


def _finished(
    unclip: Unclip,
    small: Tensor,
    seeds: Sequence[int],
    z_image: Tensor,
    size: int,
    progress: Progress,
    frame: Frame | None = None,
) -> tuple[Tensor, ...]:
    """Through the upsamplers. The second one takes pictures singly: there a batch gains nothing and costs memory."""
    first, second = unclip.stages
    known = None if frame is None else frame.known(MEDIUM, unclip.device)
    medium = first.enlarge(small, seeds, z_image, known=known, observe=progress.shows)
    if size == MEDIUM:
        finished = [to_bytes(picture) for picture in medium]
    else:
        known = None if frame is None else frame.known(4 * MEDIUM, unclip.device)
        finished = []
        for place, seed in enumerate(seeds):
            row = slice(place, place + 1)
            large = second.enlarge(medium[row], [seed], z_image[row], known=known, observe=progress.counts())
            finished.append(to_bytes(reduced(large[0], size)))
    return tuple(finished if frame is None else map(frame.finished, finished))


def _way_steps(unclip: Unclip, request: DrawRequest) -> int:
    return unclip.config.sampling.inversion_steps if request.steps is None else request.steps


def _steps_after(unclip: Unclip, request: DrawRequest) -> int:
    """Of both upsamplers."""
    first, second = (stage.steps for stage in unclip.stages)
    return first + (request.pictures * second if request.size > MEDIUM else 0)


def _one_seed(request: DrawRequest) -> tuple[int, ...]:
    """Frames differ in nothing but their place on the way."""
    return request.seeds * request.pictures


def _source(blob: bytes) -> Tensor:
    """(3, H, W) in [-1, 1]"""
    return from_bytes(_opaque(blob))


def _opaque(blob: bytes) -> Tensor:
    """(H, W, 3) of whole numbers: a picture with holes is for edits, so that here they are simply white."""
    source = pixels(opened(blob, "picture"))
    share = source[..., 3:].float() / 255
    return (source[..., :3] * share + 255 * (1 - share)).round().to(torch.uint8)


def _unwanted(unclip: Unclip, request: DrawRequest) -> dict[str, Tokens]:
    return {"negative": unclip.reader.tokenizer.encode(request.negative)} if request.negative.strip() else {}


def resolved(unclip: Unclip, request: DrawRequest) -> DrawRequest:
    """With what is left open filled in, for the record."""
    sampling = unclip.config.sampling
    steps = sampling.decoder_steps if request.kind in ("prompt", "edit") else _way_steps(unclip, request)
    return dataclasses.replace(
        request,
        steps=steps if request.steps is None else request.steps,
        guidance=sampling.decoder_guidance if request.guidance is None else request.guidance,
        thetas=request.frames,
        from_prompt=request.from_prompt.strip() or (ANY_PICTURE if request.kind == "text_diff" else ""),
    )
