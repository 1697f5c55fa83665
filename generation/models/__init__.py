"""What the studio keeps. Everybody imports the models from here."""

from generation.models.engines import Engine
from generation.models.jobs import Job, JobSource
from generation.models.pictures import Picture
from generation.models.sentences import SavedPrompt
from generation.models.uploads import Upload

__all__ = ["Engine", "Job", "JobSource", "Picture", "SavedPrompt", "Upload"]
