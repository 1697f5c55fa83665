"""What accounts tells the rooms above it."""

from django.dispatch import Signal

# Sent once for each person, in the transaction that marks the e-mail as verified. Arguments: person, and
# asked_from, the network address of whoever followed the link (empty: nobody did).
person_verified = Signal()

# Sent in the transaction in which a person asks for the account to be closed: what runs for them stops. It can still
# be undone, so nothing is deleted. Argument: person.
account_closing = Signal()

# The time for undoing is over: delete what the room keeps of this person. Sent again after a crash, until nobody
# raises; so deleting twice must be deleting once. Argument: person.
account_closed = Signal()

# Sent in the transaction in which the number of unread messages changed. Argument: person_id.
inbox_changed = Signal()
