"""What the studio keeps. Everybody imports the models from here."""

from generation.models.api import ApiKey, Call, Listener
from generation.models.canvases import Canvas, Entry, Frame, Patch, PatchUse, Snapshot
from generation.models.collections import Collection, Placement
from generation.models.downloads import Download, Mark
from generation.models.engines import Engine
from generation.models.exports import Export
from generation.models.jobs import Job, JobSource
from generation.models.pictures import Picture
from generation.models.sentences import SavedPrompt
from generation.models.shares import Like, Share
from generation.models.uploads import Upload

__all__ = [
    "ApiKey",
    "Call",
    "Canvas",
    "Collection",
    "Download",
    "Engine",
    "Entry",
    "Export",
    "Frame",
    "Job",
    "JobSource",
    "Like",
    "Listener",
    "Mark",
    "Patch",
    "PatchUse",
    "Picture",
    "Placement",
    "SavedPrompt",
    "Share",
    "Snapshot",
    "Upload",
]
