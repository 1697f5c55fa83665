"""What moderation tells the rooms above it."""

from django.dispatch import Signal

# Sent in the transaction of a moderator's decision about a listing. Arguments: kind, subject (its uuid), allowed.
listing_decided = Signal()
