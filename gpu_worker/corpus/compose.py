"""From plans to pictures: batched torch on any device and at any size, with no step per scene in Python."""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from gpu_worker.corpus.atlas import Atlas
from gpu_worker.corpus.colour import recoloured
from gpu_worker.corpus.materials import made_of
from gpu_worker.corpus.places import PLACES
from gpu_worker.corpus.plan import SLOTS, Plan
from gpu_worker.corpus.stage import Stage, mix
from gpu_worker.corpus.styles import styled
from gpu_worker.corpus.weather import lit_ground, on_things, sky, weathered

MASKS = ("subject", "object", "shadow")


@dataclass
class Composed:
    pictures: Tensor  # (n, 3, size, size) in 0…1
    masks: (
        Tensor  # (n, 3, size, size) in 0…1: what is seen of subject and object, and where shadow or mirror image lies
    )
    seen: Tensor  # (n, SLOTS): the share of each drawing that can be seen; 1 where there is none


class Composer:
    """Holds the drawings and their numbers on one device."""

    def __init__(self, atlas: Atlas, device: str = "cpu") -> None:
        self.atlas, self.device = atlas.to(device), device
        facts = atlas.facts
        self.box = torch.tensor(np.stack([facts["box_w"], facts["box_h"]], 1), device=device)
        self.main = torch.tensor(facts["main"], device=device)
        self.reach = torch.tensor(facts["reach"], device=device)
        self.foot_w = torch.tensor(facts["foot_w"], device=device)
        self.feet = torch.tensor(facts["feet"], device=device)
        self.place_shadow = torch.tensor([place.shadow for place in PLACES], device=device)
        self.place_glossy = torch.tensor([place.glossy for place in PLACES], device=device)
        self.has_sky = torch.tensor([place.sky for place in PLACES], device=device)

    def tensor(self, values: np.ndarray) -> Tensor:
        if values.dtype.kind == "f":
            values = values.astype(np.float32)
        return torch.from_numpy(np.ascontiguousarray(values)).to(self.device)

    def __call__(self, plan: Plan, size: int) -> Composed:
        stage = Stage(size, self.tensor(plan.dice))
        hour, weather = self.tensor(plan.hour), self.tensor(plan.weather)
        place, style = self.tensor(plan.place), self.tensor(plan.style)
        air = sky(stage, hour, weather)
        picture = self.background(stage, place, air, hour, weather)
        slots = _Slots(self, plan, size)
        shadow = self.shadows(stage, slots, place)
        picture = picture * (1 - shadow)
        picture, mirror = self.mirrored(stage, slots, place, picture)
        light = on_things(hour, weather)
        covers: list[Tensor] = []
        for slot in range(SLOTS):
            rows = slots.rows(slot)
            cover = torch.zeros(stage.n, 1, size, size, device=self.device)
            if len(rows):
                colour, alpha = slots.drawn(stage, slot, rows)
                colour = colour * light[rows]
                picture.index_copy_(0, rows, mix(picture[rows], colour, alpha))
                cover.index_copy_(0, rows, alpha)
            covers.append(cover)
        masks, seen = self.visible(covers, slots)
        things = masks[:, :2].sum(1, keepdim=True).clamp(0, 1)
        picture = weathered(stage, picture.clamp(0, 1), weather, things)
        picture = styled(stage, picture, things, style)
        # Under snow light or in a pale style a shadow may be faint; the mask says where it lies all the same.
        fallen = torch.maximum(shadow / 0.5, mirror).clamp(0, 1) * (1 - things)
        return Composed(picture, torch.cat([masks, fallen], 1), seen)

    def background(self, stage: Stage, place: Tensor, air: Tensor, hour: Tensor, weather: Tensor) -> Tensor:
        picture = torch.empty(stage.n, 3, stage.size, stage.size, device=self.device)
        for index in torch.unique(place).tolist():
            rows = torch.nonzero(place == index)[:, 0]
            picture[rows] = PLACES[index].paint(stage.part(rows), air[rows])
        # What shows through of the sky is already in its light.
        same = ((picture - air).abs().amax(1, keepdim=True) < 0.02).float()
        dimmed = lit_ground(picture, hour, weather, 1 - same)
        return torch.where(self.has_sky[place].reshape(-1, 1, 1, 1), dimmed, picture)

    def shadows(self, stage: Stage, slots: "_Slots", place: Tensor) -> Tensor:
        """Soft ovals under what stands; further below what flies, wider and fainter."""
        total = torch.zeros(stage.n, 1, stage.size, stage.size, device=self.device)
        strength = self.place_shadow[place].reshape(-1, 1, 1, 1)
        for slot in range(SLOTS):
            rows = slots.rows(slot)
            if not len(rows):
                continue
            here = stage.part(rows)
            x, foot, half, lift = (v.reshape(-1, 1, 1, 1) for v in slots.standing(slot, rows))
            far = ((here.u - x) / half) ** 2 + ((here.v - foot) / (0.3 * half.clamp_max(0.24) + 0.012)) ** 2
            oval = (1.25 - far).clamp(0, 1) * (1 - lift.clamp(0, 0.7)) * (foot < 1.2)
            total = total.index_copy(0, rows, torch.maximum(total[rows], oval * strength[rows]))
        return total

    def mirrored(self, stage: Stage, slots: "_Slots", place: Tensor, picture: Tensor) -> tuple[Tensor, Tensor]:
        """On ice, a polished floor, a glossy ground: what stands is seen upside down below its feet."""
        mirror = torch.zeros(stage.n, 1, stage.size, stage.size, device=self.device)
        glossy = self.place_glossy[place]
        for slot in range(SLOTS):
            rows = slots.rows(slot)
            if len(rows):
                rows = rows[(glossy[rows] > 0) & (slots.foot[rows, slot] < 1.2)]
            if not len(rows):
                continue
            colour, alpha = slots.drawn(stage, slot, rows, upside_down=True)
            foot = slots.foot[rows, slot].reshape(-1, 1, 1, 1)
            fade = glossy[rows].reshape(-1, 1, 1, 1) * (1 - (stage.v - foot) * 2.6).clamp(0, 1)
            share = alpha * fade * (stage.v > foot - 0.01)
            picture = picture.index_copy(0, rows, mix(picture[rows], colour, share))
            mirror = mirror.index_copy(0, rows, torch.maximum(mirror[rows], share))
        return picture, mirror

    def visible(self, covers: list[Tensor], slots: "_Slots") -> tuple[Tensor, Tensor]:
        """What of each drawing no later one hides: masks by role, and shares."""
        left = torch.ones_like(covers[0])
        roles = [torch.zeros_like(left), torch.zeros_like(left)]
        shares = []
        for slot in reversed(range(SLOTS)):
            open_ = covers[slot] * left
            whole = covers[slot].sum((1, 2, 3))
            shares.append(torch.where(whole > 0, open_.sum((1, 2, 3)) / whole.clamp_min(1e-6), torch.ones_like(whole)))
            mine = (slots.role[:, slot] == 0).float().reshape(-1, 1, 1, 1)
            roles[0] = roles[0] + open_ * mine
            roles[1] = roles[1] + open_ * (1 - mine)
            left = left * (1 - covers[slot])
        return torch.cat(roles, 1), torch.stack(shares[::-1], 1)


class _Slots:
    """One batch's drawings on the device."""

    def __init__(self, composer: Composer, plan: Plan, size: int) -> None:
        self.composer, self.size = composer, size
        self.there = plan.sprite >= 0
        for name in ("sprite", "x", "y", "height", "flip", "tilt", "role", "foot", "tint", "stuff"):
            setattr(self, name, composer.tensor(getattr(plan, name)))
        self.level = self._levels(plan)

    sprite: Tensor
    x: Tensor
    y: Tensor
    height: Tensor
    flip: Tensor
    tilt: Tensor
    role: Tensor
    foot: Tensor
    tint: Tensor
    stuff: Tensor

    def _levels(self, plan: Plan) -> np.ndarray:
        """Which size of the pyramid each drawing is read from."""
        box_h = self.composer.atlas.facts["box_h"][plan.sprite]
        pixels = plan.height / box_h * self.size
        sizes = np.array(sorted(self.composer.atlas.levels))
        return sizes[np.searchsorted(sizes, pixels * 0.75).clip(0, len(sizes) - 1)]

    def rows(self, slot: int) -> Tensor:
        return torch.from_numpy(np.nonzero(self.there[:, slot])[0]).to(self.composer.device)

    def standing(self, slot: int, rows: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """(x, ground, half the shadow's width, how far above the ground) of drawings on the ground."""
        sprite, height = self.sprite[rows, slot], self.height[rows, slot]
        box = self.composer.box[sprite]
        width = height * box[:, 0] / box[:, 1]
        foot = self.foot[rows, slot]
        bottom = self.y[rows, slot] + height / 2
        lift = ((foot - bottom) / 0.3).clamp(0, 1)
        share = self.composer.foot_w[sprite].clamp(0.35, 1.0)
        x = self.x[rows, slot] + self.flip[rows, slot] * (self.composer.feet[sprite] - 0.5) * width * 0.7
        return x, foot, width * 0.5 * torch.maximum(share, lift * 0.8) * 1.12, lift

    def drawn(self, stage: Stage, slot: int, rows: Tensor, upside_down: bool = False) -> tuple[Tensor, Tensor]:
        """Straight colour and alpha of one drawing per scene, (k, 3 | 1, size, size)."""
        colour = torch.zeros(len(rows), 3, self.size, self.size, device=rows.device)
        alpha = torch.zeros(len(rows), 1, self.size, self.size, device=rows.device)
        levels = self.level[rows.cpu().numpy(), slot]
        for level in np.unique(levels):
            here = torch.from_numpy(np.nonzero(levels == level)[0]).to(rows.device)
            part = self._sampled(stage, slot, rows[here], int(level), upside_down)
            colour[here], alpha[here] = part
        return colour, alpha

    def _sampled(self, stage: Stage, slot: int, rows: Tensor, level: int, upside_down: bool) -> tuple[Tensor, Tensor]:
        sprite = self.sprite[rows, slot]
        box_h = self.composer.box[sprite, 1]
        cell = (self.height[rows, slot] / box_h).reshape(-1, 1, 1)  # the whole cell's side on the canvas
        tilt, flip = self.tilt[rows, slot].reshape(-1, 1, 1), self.flip[rows, slot].reshape(-1, 1, 1)
        x, y = self.x[rows, slot].reshape(-1, 1, 1), self.y[rows, slot].reshape(-1, 1, 1)
        dx, dy = stage.u[0] - x, stage.v[0] - y
        if upside_down:
            # Mirrored at the feet.
            dy = 2 * self.foot[rows, slot].reshape(-1, 1, 1) - stage.v[0] - y
        cos, sin = tilt.cos(), tilt.sin()
        u = (dx * cos + dy * sin) * flip / cell * 2
        v = (dy * cos - dx * sin) / cell * 2
        texture = self.composer.atlas.levels[level][sprite].float() / 255
        found = F.grid_sample(texture, torch.stack([u, v], -1), padding_mode="zeros", align_corners=False)
        alpha = found[:, 3:]
        colour = (found[:, :3] / alpha.clamp_min(1e-3)).clamp(0, 1)
        return self._painted(stage, slot, rows, colour, alpha, u[:, None], v[:, None]), alpha

    def _painted(
        self, stage: Stage, slot: int, rows: Tensor, colour: Tensor, alpha: Tensor, u: Tensor, v: Tensor
    ) -> Tensor:
        tint, stuff, sprite = self.tint[rows, slot], self.stuff[rows, slot], self.sprite[rows, slot]
        dyed = torch.nonzero(tint >= 0)[:, 0]
        if len(dyed):
            main, reach = self.composer.main[sprite[dyed]], self.composer.reach[sprite[dyed]]
            colour = colour.index_copy(0, dyed, recoloured(colour[dyed], tint[dyed], main, reach))
        made = torch.nonzero(stuff >= 0)[:, 0]
        if len(made):
            part = made_of(stage.part(rows[made]), colour[made], alpha[made], stuff[made], u[made], v[made])
            colour = colour.index_copy(0, made, part)
        return colour
