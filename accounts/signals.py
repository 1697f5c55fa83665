"""What accounts tells the rooms above it."""

from django.dispatch import Signal

# Sent once for each person, in the transaction that marks the e-mail as verified. Arguments: person, and
# asked_from, the network address of whoever followed the link (empty: nobody did).
person_verified = Signal()
