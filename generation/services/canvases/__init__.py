"""Canvases: made, drawn on, looked back at, branched, thrown away. (decision 40)"""

from generation.canvas.commands import BadCommand
from generation.services.canvases.access import IdUsed, InTrash, NoRoom, canvas_for
from generation.services.canvases.branches import branch_from
from generation.services.canvases.closing import on_canvas_deleted
from generation.services.canvases.exporting import (
    TooManyExports,
    canvas_export_facts,
    canvas_exports,
    export_canvas_next,
    open_canvas_export,
    start_canvas_export,
)
from generation.services.canvases.exporting import facts_of as export_facts
from generation.services.canvases.generating import (
    NothingToDraw,
    Square,
    candidate_patch,
    close_frame,
    frames_of,
    keep_candidate,
    start_frame,
)
from generation.services.canvases.keeping import (
    canvas_facts,
    canvases_of,
    create_canvas,
    delete_canvas,
    rename_canvas,
    restore_canvas,
    trash_canvas,
)
from generation.services.canvases.log import Batch, Full, Stale, append_batch
from generation.services.canvases.opening import canvas_of_source
from generation.services.canvases.patches import BadPatch, MissingPatches, NotStored, patch_file, source_patch
from generation.services.canvases.pixels import TooLarge, export_png, rectangle_png
from generation.services.canvases.previews import preview_canvases, preview_file, state_webp
from generation.services.canvases.project import project_file
from generation.services.canvases.project_import import BadProject, import_project
from generation.services.canvases.reading import chunk_before, entries_since, history_page, open_canvas
from generation.services.canvases.tiles import tile_png

__all__ = [
    "BadCommand",
    "BadPatch",
    "BadProject",
    "Batch",
    "Full",
    "IdUsed",
    "InTrash",
    "MissingPatches",
    "NoRoom",
    "NotStored",
    "NothingToDraw",
    "Square",
    "Stale",
    "TooLarge",
    "TooManyExports",
    "append_batch",
    "branch_from",
    "candidate_patch",
    "canvas_export_facts",
    "canvas_exports",
    "canvas_facts",
    "canvas_for",
    "canvas_of_source",
    "canvases_of",
    "chunk_before",
    "close_frame",
    "create_canvas",
    "delete_canvas",
    "entries_since",
    "export_canvas_next",
    "export_facts",
    "export_png",
    "frames_of",
    "history_page",
    "import_project",
    "keep_candidate",
    "on_canvas_deleted",
    "open_canvas",
    "open_canvas_export",
    "patch_file",
    "preview_canvases",
    "preview_file",
    "project_file",
    "rectangle_png",
    "rename_canvas",
    "restore_canvas",
    "source_patch",
    "start_canvas_export",
    "start_frame",
    "state_webp",
    "tile_png",
    "trash_canvas",
]
