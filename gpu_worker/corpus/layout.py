"""Where things are in a scene: from words to slots, for many scenes at once.

The rules: a single thing is at least 45 % of the height (a thing wider than tall: of the width), in pairs each at least
28 % (what is worn or held may be smaller, as it is in life); of everything at least 70 % can be seen; in a count
no two overlap by more than 10 %. Lengths are shares of the canvas, y runs downwards.
"""

from dataclasses import dataclass

import numpy as np

from gpu_worker.corpus.atlas import Atlas
from gpu_worker.corpus.plan import NONE, Plan, choose_sprites
from gpu_worker.corpus.vocabulary import RELATIONS, Vocabulary

SINGLE, PAIRED, SEEN, OVERLAP = 0.45, 0.28, 0.70, 0.10
# Middles and feet of a count's things, and the room each has (width, height).
COUNTS: dict[int, tuple[tuple[tuple[float, float], ...], tuple[float, float]]] = {
    2: (((0.26, 0.85), (0.74, 0.85)), (0.45, 0.6)),
    3: (((0.18, 0.88), (0.5, 0.76), (0.82, 0.88)), (0.31, 0.5)),
    4: (((0.27, 0.53), (0.73, 0.53), (0.27, 0.94), (0.73, 0.94)), (0.43, 0.38)),
    5: (((0.18, 0.5), (0.5, 0.48), (0.82, 0.5), (0.31, 0.93), (0.69, 0.93)), (0.31, 0.4)),
}


@dataclass
class Things:
    """What layouts ask of the drawings in their rows."""

    facts: dict[str, np.ndarray]

    def __call__(self, name: str, sprite: np.ndarray) -> np.ndarray:
        return self.facts[name][sprite]

    def aspect(self, sprite: np.ndarray) -> np.ndarray:
        return self.facts["box_w"][sprite] / self.facts["box_h"][sprite]


def fitted(height: np.ndarray, aspect: np.ndarray, width: float | np.ndarray) -> np.ndarray:
    """The height, lessened so that the thing is no wider than there is room."""
    return np.minimum(height, width / aspect)


class Layout:
    def __init__(self, plan: Plan, atlas: Atlas, vocabulary: Vocabulary, rng: np.random.Generator) -> None:
        self.plan, self.things, self.vocabulary, self.rng = plan, Things(atlas.facts), vocabulary, rng
        self.subject, self.object = choose_sprites(plan, vocabulary)

    def between(self, n: int, low: float, high: float) -> np.ndarray:
        return self.rng.uniform(low, high, n).astype(np.float32)

    def put(
        self, rows: np.ndarray, slot: int, sprite: np.ndarray, x: np.ndarray, bottom: np.ndarray, height: np.ndarray,
        *, role: int, foot: np.ndarray | None, flip: np.ndarray | None = None, tilt: np.ndarray | None = None,
    ) -> None:  # fmt: skip
        plan = self.plan
        plan.sprite[rows, slot] = sprite
        plan.x[rows, slot], plan.y[rows, slot], plan.height[rows, slot] = x, bottom - height / 2, height
        plan.role[rows, slot] = role
        plan.foot[rows, slot] = 2.0 if foot is None else foot
        plan.flip[rows, slot] = 1 if flip is None else flip
        plan.tilt[rows, slot] = 0 if tilt is None else tilt
        plan.tint[rows, slot] = (plan.colour if role == 0 else plan.object_colour)[rows]
        plan.stuff[rows, slot] = plan.material[rows] if role == 0 else NONE

    def turned(self, n: int) -> np.ndarray:
        return np.where(self.rng.random(n) < 0.5, -1, 1)

    def run(self) -> Plan:
        plan = self.plan
        self.singles(np.nonzero((plan.relation < 0) & (plan.count == 1))[0])
        for count in COUNTS:
            self.counts(np.nonzero((plan.relation < 0) & (plan.count == count))[0], count)
        named = {name: np.nonzero(plan.relation == n)[0] for n, name in enumerate(RELATIONS)}
        self.stacked(named["riding"], "seat")
        self.stacked(named["on top of"], "top")
        self.under(named["under"])
        next_to = named["next to"]
        heads = self.rng.random(len(next_to)) < 0.5
        self.side_by_side(np.concatenate([named["left of"], next_to[heads]]), left=True)
        self.side_by_side(np.concatenate([named["right of"], next_to[~heads]]), left=False)
        self.behind(named["behind"], subject_behind=True)
        self.behind(named["in front of"], subject_behind=False)
        self.worn(named["wearing"])
        self.held(named["holding"])
        return plan

    def singles(self, rows: np.ndarray) -> None:
        n, sprite = len(rows), self.subject[rows]
        aspect = self.things.aspect(sprite)
        height = fitted(self.between(n, 0.54, 0.8), aspect, self.between(n, 0.7, 0.88))
        width = height * aspect
        room = np.clip(0.48 - width / 2, 0, 0.13)
        x = 0.5 + room * self.between(n, -1, 1)
        flies = self.vocabulary.flies[self.plan.subject[rows]]
        bottom = np.maximum(self.between(n, 0.86, 0.94), height + 0.04)
        # A low wide thing would lie at the very edge; what flies is in the air over its shadow.
        bottom = np.where(flies, np.minimum(bottom, 0.44 + height / 2), np.minimum(bottom, 0.64 + height / 2))
        foot = np.where(flies, 0.93, bottom)
        tilt = self.between(n, -0.07, 0.07)
        self.put(rows, 0, sprite, x, bottom, height, role=0, foot=foot, flip=self.turned(n), tilt=tilt)

    def counts(self, rows: np.ndarray, count: int) -> None:
        places, (wide, tall) = COUNTS[count]
        n, sprite = len(rows), self.subject[rows]
        aspect = self.things.aspect(sprite)
        flip = self.turned(n)
        for slot, (x, bottom) in enumerate(places):
            height = fitted(np.full(n, tall, dtype=np.float32), aspect, wide) * self.between(n, 0.9, 1.0)
            self.put(
                rows, slot, sprite, x + self.between(n, -0.008, 0.008), bottom + self.between(n, -0.012, 0.012), height,
                role=0, foot=self.plan.dice[rows, 0] * 0 + bottom, flip=flip, tilt=self.between(n, -0.05, 0.05),
            )  # fmt: skip

    def stacked(self, rows: np.ndarray, where: str) -> None:
        """A rider on a mount, a thing on a thing: the lower first, the upper with its feet in the seat."""
        n, low, high = len(rows), self.object[rows], self.subject[rows]
        a_low, a_high = self.things.aspect(low), self.things.aspect(high)
        flip = self.turned(n)
        seat_y = self.things("seat_y" if where == "seat" else "top", low)
        seat_x = self.things("seat_x", low) - 0.5 if where == "seat" else np.zeros(n, dtype=np.float32)
        h_low = fitted(self.between(n, 0.46, 0.58), a_low, self.between(n, 0.68, 0.8))
        h_high = fitted(self.between(n, 0.42, 0.52), a_high, 0.62)
        # Sunk a little into the seat, so that the rider sits and does not hover.
        sink = np.where(where == "seat", 0.08, 0.03)
        total = h_high * (1 - sink) + h_low * (1 - seat_y)
        shrink = np.minimum(1, 0.9 / total)
        h_low, h_high = h_low * shrink, h_high * shrink
        bottom = np.maximum(self.between(n, 0.88, 0.95), 0.04 + total * shrink)
        x = 0.5 + self.between(n, -0.04, 0.04)
        seat = bottom - h_low * (1 - seat_y)
        feet = np.clip(self.things("feet", high), 0.3, 0.7)
        x_high = x + flip * seat_x * h_low * a_low - flip * (feet - 0.5) * h_high * a_high
        # What leans out of the picture is moved in, mount and rider together.
        over = np.clip(np.abs(x_high - 0.5) + h_high * a_high / 2 - 0.48, 0, None) * np.sign(x_high - 0.5)
        self.put(rows, 0, low, x - over, bottom, h_low, role=1, foot=bottom, flip=flip)
        tilt = self.between(n, -0.05, 0.05)
        self.put(rows, 1, high, x_high - over, seat + sink * h_high, h_high, role=0, foot=None, flip=flip, tilt=tilt)

    def under(self, rows: np.ndarray) -> None:
        n, over, low = len(rows), self.object[rows], self.subject[rows]
        arch = self.vocabulary.arch[self.plan.object[rows]]
        a_over, a_low = self.things.aspect(over), self.things.aspect(low)
        # Under a table, a tree: it stands around what is under it. Under a cloud, a plane: that hangs above.
        h_arch = fitted(self.between(n, 0.76, 0.84), a_over, 0.92)
        h_hang = fitted(self.between(n, 0.32, 0.38), a_over, 0.7)
        h_low = fitted(np.where(arch, np.minimum(0.34, h_arch * 0.62), self.between(n, 0.4, 0.47)), a_low, 0.52)
        h_low = np.maximum(h_low, np.minimum(0.28, 0.6 / a_low))
        bottom = self.between(n, 0.92, 0.95)
        h_over = np.where(arch, h_arch, h_hang)
        low_over = np.where(arch, bottom - 0.02, bottom - h_low - 0.03)
        x = 0.5 + self.between(n, -0.06, 0.06)
        # Beside the trunk or handle rather than over it.
        trunk = np.where(arch & (a_over < 1.3), 0.19, 0.0) * self.turned(n)
        foot_over = np.where(arch, bottom, 2.0)
        self.put(rows, 0, over, x, low_over, h_over, role=1, foot=foot_over, flip=self.turned(n))
        x_low = np.clip(x + trunk, 0.5 - (0.48 - h_low * a_low / 2), 0.5 + (0.48 - h_low * a_low / 2))
        self.put(rows, 1, low, x_low, bottom + 0.01, h_low, role=0, foot=bottom + 0.01, flip=self.turned(n))

    def side_by_side(self, rows: np.ndarray, *, left: bool) -> None:
        """Subject and object on one ground, with a gap; left: the subject is on the left."""
        n = len(rows)
        wide = 0.455
        bottom = self.between(n, 0.82, 0.92)
        sign = -1 if left else 1
        for slot, (sprite, side, role) in enumerate(((self.object[rows], -sign, 1), (self.subject[rows], sign, 0))):
            aspect = self.things.aspect(sprite)
            height = fitted(self.between(n, 0.42, 0.62), aspect, wide)
            x = 0.5 + side * 0.245 + self.between(n, -0.01, 0.01)
            foot = bottom + self.between(n, -0.02, 0.02)
            self.put(rows, slot, sprite, x, foot, height, role=role, foot=foot, flip=self.turned(n))

    def behind(self, rows: np.ndarray, *, subject_behind: bool) -> None:
        """One further off and drawn first, the other nearer, lower, and over less than 30 % of it."""
        n = len(rows)
        far = (self.subject if subject_behind else self.object)[rows]
        near = (self.object if subject_behind else self.subject)[rows]
        a_far, a_near = self.things.aspect(far), self.things.aspect(near)
        h_far = fitted(self.between(n, 0.56, 0.66), a_far, 0.7)
        h_near = fitted(self.between(n, 0.34, 0.42), a_near, 0.5)
        h_near = np.maximum(h_near, np.minimum(0.28, 0.56 / a_near))
        side = self.turned(n)
        w_far, w_near = h_far * a_far, h_near * a_near
        foot_near = self.between(n, 0.9, 0.95)
        foot_far = np.maximum(foot_near - self.between(n, 0.1, 0.15), h_far + 0.03)
        # How far the near box may come over the far one: a quarter of the smaller area, by way of the widths.
        tall = np.clip(h_near - (foot_near - foot_far), 0.02, None)
        across = np.minimum(0.24 * h_far * w_far / tall, np.minimum(w_far, w_near) * 0.8)
        apart = (w_far + w_near) / 2 - across
        span = apart + (w_far + w_near) / 2
        squeeze = np.minimum(1, 0.96 / span)
        h_far, h_near, w_far, w_near, apart = (v * squeeze for v in (h_far, h_near, w_far, w_near, apart))
        left = 0.5 - (apart + (w_near - w_far) / 2) / 2
        x_far = 0.5 + side * (left - 0.5)
        x_near = x_far + side * apart
        self.put(
            rows, 0, far, x_far, foot_far, h_far, role=0 if subject_behind else 1, foot=foot_far, flip=self.turned(n)
        )
        self.put(
            rows,
            1,
            near,
            x_near,
            foot_near,
            h_near,
            role=1 if subject_behind else 0,
            foot=foot_near,
            flip=self.turned(n),
        )

    def worn(self, rows: np.ndarray) -> None:
        """A hat on the crown of the head, glasses before the eyes. The wearer is large, so that it can be seen."""
        n, body, hat = len(rows), self.subject[rows], self.object[rows]
        a_body, a_hat = self.things.aspect(body), self.things.aspect(hat)
        eyes = self.vocabulary.eyes[self.plan.object[rows]]
        height = fitted(self.between(n, 0.64, 0.7), a_body, 0.84)
        width = height * a_body
        bottom = self.between(n, 0.92, 0.95)
        x, flip = 0.5 + self.between(n, -0.05, 0.05), self.turned(n)
        head_x = x + flip * (self.things("head_x", body) - 0.5) * width
        head_w = self.things("head_w", body) * width
        crown = bottom - height * (1 - self.things("head_y", body))
        w_hat = np.clip(head_w * np.where(eyes, 0.95, 1.15), 0.22, 0.56)
        h_hat = np.minimum(w_hat / a_hat, 0.3)
        eye_line = bottom - height * (1 - self.things("eyes", body))
        low = np.where(eyes, eye_line + h_hat / 2, crown + 0.24 * h_hat)
        middle = np.where(eyes, x, head_x)
        self.put(rows, 0, body, x, bottom, height, role=0, foot=bottom, flip=flip)
        self.put(rows, 1, hat, middle, np.maximum(low, h_hat + 0.015), h_hat, role=1, foot=None)

    def held(self, rows: np.ndarray) -> None:
        n, body, thing = len(rows), self.subject[rows], self.object[rows]
        a_body, a_thing = self.things.aspect(body), self.things.aspect(thing)
        height = fitted(self.between(n, 0.66, 0.76), a_body, 0.66)
        width = height * a_body
        bottom, side = self.between(n, 0.9, 0.94), self.turned(n)
        h_thing = fitted(self.between(n, 0.29, 0.34), a_thing, 0.36)
        w_thing = h_thing * a_thing
        hand = np.where(side > 0, self.things("hand_r", body) - 0.5, self.things("hand_l", body) - 0.5) * width
        x_thing = hand + side * (w_thing / 2 - 0.05)
        # Both together in the middle of the picture.
        left = np.minimum(-width / 2, x_thing - w_thing / 2)
        right = np.maximum(width / 2, x_thing + w_thing / 2)
        x = 0.5 - (left + right) / 2
        hand_y = bottom - height * (1 - self.things("hand_y", body))
        self.put(rows, 0, body, x, bottom, height, role=0, foot=bottom)
        self.put(rows, 1, thing, x + x_thing, hand_y + h_thing * 0.45, h_thing, role=1, foot=None)


def laid_out(plan: Plan, atlas: Atlas, vocabulary: Vocabulary, rng: np.random.Generator) -> Plan:
    return Layout(plan, atlas, vocabulary, rng).run()
