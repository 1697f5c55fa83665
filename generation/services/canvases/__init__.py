"""Canvases: made, drawn on, looked back at, branched, thrown away. (decision 40)"""

from generation.canvas.commands import BadCommand
from generation.services.canvases.access import IdUsed, InTrash, canvas_for
from generation.services.canvases.branches import branch_from
from generation.services.canvases.generating import (
    NothingToDraw,
    Square,
    candidate_patch,
    close_frame,
    frames_of,
    start_frame,
)
from generation.services.canvases.keeping import (
    canvas_facts,
    canvases_of,
    create_canvas,
    rename_canvas,
    restore_canvas,
    trash_canvas,
)
from generation.services.canvases.log import Batch, Full, Stale, append_batch
from generation.services.canvases.opening import canvas_of_source
from generation.services.canvases.patches import BadPatch, MissingPatches, patch_file, source_patch
from generation.services.canvases.pixels import TooLarge, export_png, rectangle_png
from generation.services.canvases.reading import chunk_before, entries_since, history_page, open_canvas
from generation.services.canvases.tiles import tile_png

__all__ = [
    "BadCommand",
    "BadPatch",
    "Batch",
    "Full",
    "IdUsed",
    "InTrash",
    "MissingPatches",
    "NothingToDraw",
    "Square",
    "Stale",
    "TooLarge",
    "append_batch",
    "branch_from",
    "candidate_patch",
    "canvas_facts",
    "canvas_for",
    "canvas_of_source",
    "canvases_of",
    "chunk_before",
    "close_frame",
    "create_canvas",
    "entries_since",
    "export_png",
    "frames_of",
    "history_page",
    "open_canvas",
    "patch_file",
    "rectangle_png",
    "rename_canvas",
    "restore_canvas",
    "source_patch",
    "start_frame",
    "tile_png",
    "trash_canvas",
]
