"""How a scene is drawn: the table of styles, what each keeps of what was asked, and the loop that applies them.

`colour`, `place`, `hour` and `count` say what a person can still read in a picture of this style: what is not kept is
neither said in a caption nor scored. The painters are in `strokes.py`, `lines.py`, `cells.py` and `prints.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from gpu_worker.corpus import cells, lines, prints, strokes
from gpu_worker.corpus.stage import Stage

Painter = Callable[[Stage, Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Style:
    name: str
    before: tuple[str, ...]  # "an oil painting of" … the scene
    after: tuple[str, ...]  # the scene … "as an oil painting"
    paint: Painter | None
    colour: float = 1.0  # the share of a colour's ΔE that is left
    place: bool = True
    ground: bool = True  # a plain ground is still plain, and of its colour
    hour: bool = True
    count: bool = True
    solid: bool = False  # only with drawings that look like 3D renders
    unnamed: bool = False  # nothing is said: not a style for the held-out rule
    share: float = 1.0


STYLES: tuple[Style, ...] = (
    Style("plain", ("", "", "a picture of", "an image of", "an illustration of"), ("",), None, unnamed=True, share=11),
    Style("photo", ("a photo of", "a photograph of", "a high quality photo of"), ("photo", "photograph, sharp focus"),
          prints.photo, unnamed=True, share=3),
    Style("3d_render", ("a 3D render of", "a 3D rendering of"), ("3D render", "as a glossy 3D render"),
          prints.render, ground=False, solid=True),
    Style("poster", ("a poster of",), ("bright lighting, vibrant colors", "poster, bright lighting, vibrant colors"),
          prints.poster, ground=False, hour=False),
    Style("van_gogh", ("a Van Gogh painting of", "a painting in the style of Van Gogh of"),
          ("painted by Van Gogh", "in the style of Van Gogh", "by Vincent van Gogh"),
          strokes.van_gogh, ground=False, colour=0.8),
    Style("oil", ("an oil painting of", "an old oil painting of"), ("oil painting", "oil on canvas"),
          strokes.oil, ground=False, colour=0.75),
    Style("watercolor", ("a watercolor painting of", "a watercolor of"), ("watercolor", "as a watercolor painting"),
          strokes.watercolour, ground=False, colour=0.7),
    Style("impressionist", ("an impressionist painting of", "a Monet painting of"),
          ("painted by Monet", "impressionist painting", "in the style of Monet"),
          strokes.impressionist, ground=False, colour=0.6),
    Style("pointillist", ("a pointillist painting of",), ("in pointillist style", "pointillism", "painted by Seurat"),
          strokes.pointillist, colour=0.75),
    Style("pencil", ("a pencil drawing of", "a pencil sketch of"), ("pencil drawing", "as a pencil sketch"),
          lines.pencil, ground=False, colour=0, hour=False),
    Style("crayon", ("a crayon drawing of", "a child's crayon drawing of"), ("crayon drawing", "drawn with crayons"),
          lines.crayon, colour=0.75),
    Style("ink", ("an ink drawing of", "a brush and ink drawing of"), ("ink drawing", "in black ink"),
          lines.ink, ground=False, colour=0, hour=False),
    Style("chalk", ("a chalk drawing of",), ("chalk drawing", "drawn in chalk on a blackboard"),
          lines.chalk, colour=0.5, hour=False, place=False),
    Style("blueprint", ("a blueprint of", "a technical drawing of"), ("blueprint", "as a blueprint"),
          lines.blueprint, colour=0, hour=False, place=False),
    Style("neon", ("a neon sign of",), ("neon", "in neon lights", "as a neon sign"), lines.neon, colour=0.8, hour=False,
          place=False),
    Style("stained_glass", ("a stained glass window of",), ("as a stained glass window", "stained glass"),
          cells.stained_glass, colour=0.9),
    Style("mosaic", ("a mosaic of", "a Roman mosaic of"), ("mosaic", "as a mosaic"), cells.mosaic, colour=0.9),
    Style("pixel_art", ("pixel art of",), ("as pixel art", "8-bit pixel art"), cells.pixel_art, colour=0.95),
    Style("low_poly", ("a low-poly picture of",), ("low poly", "in low-poly style"), cells.low_poly, colour=0.9),
    Style("cubist", ("a cubist painting of", "a Picasso painting of"), ("painted by Picasso", "cubist painting"),
          cells.cubist, ground=False, colour=0.6),
    Style("cross_stitch", ("a cross-stitch of", "an embroidery of"), ("cross-stitch", "embroidered on linen"),
          cells.cross_stitch, colour=0.85),
    Style("pop_art", ("a pop art picture of", "pop art of"), ("pop art", "in pop art style", "painted by Lichtenstein"),
          prints.pop_art, colour=0.85, place=False, hour=False),
    Style("warhol", ("a Warhol print of", "an Andy Warhol screen print of"), ("by Andy Warhol", "Warhol print"),
          prints.warhol, colour=0, place=False, hour=False, count=False),
    Style("comic", ("a comic book drawing of", "a comic of"), ("comic book style", "as a comic book panel"),
          prints.comic, colour=0.9),
    Style("ukiyo_e", ("a ukiyo-e print of", "a Japanese woodblock print of"), ("ukiyo-e", "Japanese woodblock print"),
          prints.ukiyo_e, ground=False, colour=0.5),
    Style("bw_photo", ("a black-and-white photo of", "a black and white photograph of"),
          ("black-and-white photo", "black and white photography"), prints.bw_photo, colour=0, hour=False),
    Style("vintage", ("a vintage photo of", "an old sepia photo of"), ("vintage photo", "sepia photograph"),
          prints.vintage, ground=False, colour=0, hour=False),
    Style("synthwave", ("a synthwave picture of", "a vaporwave picture of"), ("synthwave", "vaporwave"),
          prints.synthwave, ground=False, colour=0, hour=False),
    Style("cutout", ("a paper cutout of", "a paper collage of"), ("paper cutout", "as a paper collage"),
          prints.cutout, colour=0.9),
)  # fmt: skip
STYLE_NAMES = tuple(style.name for style in STYLES)


def styled(stage: Stage, picture: Tensor, mask: Tensor, style: Tensor) -> Tensor:
    """Each scene in its style; scenes of one style are painted together. The picture given is painted over."""
    for index in torch.unique(style).tolist():
        paint = STYLES[index].paint
        if paint is None:
            continue
        rows = torch.nonzero(style == index)[:, 0]
        painted = paint(stage.part(rows), picture[rows], mask[rows])
        picture.index_copy_(0, rows, painted.clamp(0, 1))
    return picture
