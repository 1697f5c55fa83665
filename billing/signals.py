"""What billing tells the rooms above it."""

from django.dispatch import Signal

# Sent in the transaction in which a balance of credits changed otherwise than by a request for pictures, which tells of
# itself. Argument: person_id.
balance_changed = Signal()
