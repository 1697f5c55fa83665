"""What is known of pictures, and what people and the house say of them. Everybody imports the models from here."""

from moderation.models.artists import OptOut
from moderation.models.audit import AuditEntry, AuditHead
from moderation.models.cases import Case, Flag, Note, Reviewer, Viewing
from moderation.models.decisions import Appeal, Decision, Pardon, SecondLook, Standing, Strike
from moderation.models.hashes import PictureHash
from moderation.models.listings import Listing
from moderation.models.reports import Report

__all__ = [
    "Appeal",
    "AuditEntry",
    "AuditHead",
    "Case",
    "Decision",
    "Flag",
    "Listing",
    "Note",
    "OptOut",
    "Pardon",
    "PictureHash",
    "Report",
    "Reviewer",
    "SecondLook",
    "Standing",
    "Strike",
    "Viewing",
]
