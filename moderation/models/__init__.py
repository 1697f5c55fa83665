"""What is known of pictures, and what people and the house say of them. Everybody imports the models from here."""

from moderation.models.artists import OptOut
from moderation.models.audit import AuditEntry, AuditHead
from moderation.models.cases import Case, Flag, Note, Reviewer, Viewing
from moderation.models.decisions import Appeal, Decision, Pardon, SecondLook, Standing, Strike
from moderation.models.hashes import PictureHash
from moderation.models.listings import Listing
from moderation.models.policy import CategoryChoice, Rule
from moderation.models.reports import Report
from moderation.models.screenings import KnownBad, Screening

__all__ = [
    "Appeal",
    "AuditEntry",
    "AuditHead",
    "Case",
    "CategoryChoice",
    "Decision",
    "Flag",
    "KnownBad",
    "Listing",
    "Note",
    "OptOut",
    "Pardon",
    "PictureHash",
    "Report",
    "Reviewer",
    "Rule",
    "Screening",
    "SecondLook",
    "Standing",
    "Strike",
    "Viewing",
]
