"""What is known of pictures, and what people and the house say of them. Everybody imports the models from here."""

from moderation.models.hashes import PictureHash
from moderation.models.listings import Listing
from moderation.models.policy import CategoryChoice, Rule
from moderation.models.reports import Report
from moderation.models.screenings import KnownBad, Screening

__all__ = ["CategoryChoice", "KnownBad", "Listing", "PictureHash", "Report", "Rule", "Screening"]
