"""What moderation tells the rooms above it."""

from django.dispatch import Signal

# Sent in the transaction of a moderator's decision about a listing. Arguments: kind, subject (its uuid), allowed.
listing_decided = Signal()

# A thing is taken from every public page, or given back to where it was. In the decision's transaction.
# Arguments: kind, subject, removed.
subject_judged = Signal()

# Somebody may not use the site any more, or may again: in the decision's transaction, after the account was switched.
# Arguments: person.
person_deactivated = Signal()
person_reinstated = Signal()

# What a filter refused may be used after all. In the transaction of the appeal's decision. Arguments: kind, subject.
refusal_overturned = Signal()
