"""What the studio keeps. Everybody imports the models from here."""

from generation.models.collections import Collection, Placement
from generation.models.engines import Engine
from generation.models.jobs import Job, JobSource
from generation.models.pictures import Picture
from generation.models.shares import Like, Share
from generation.models.uploads import Upload

__all__ = ["Collection", "Engine", "Job", "JobSource", "Like", "Picture", "Placement", "Share", "Upload"]
