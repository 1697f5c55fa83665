"""What accounts tells the rooms above it."""

from django.dispatch import Signal

# Sent once for each person, in the transaction that marks the e-mail as verified. Argument: person.
person_verified = Signal()
