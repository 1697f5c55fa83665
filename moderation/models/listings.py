from django.conf import settings
from django.db import models
from django.utils import timezone


class Listing(models.Model):
    """A thing whose owner wants it in the public gallery, and that a moderator is to look at first.

    `shown` says what would be seen there, as a hash: a decision holds for that, and for nothing that came after it.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        APPROVED = "approved"
        REFUSED = "refused"

    subject_kind = models.CharField(max_length=16)
    subject = models.UUIDField(unique=True)
    shown = models.CharField(max_length=64)
    state = models.CharField(max_length=16, choices=State, default=State.WAITING)
    created = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        indexes = [models.Index(fields=["created"], condition=models.Q(state="waiting"), name="listings_that_wait")]

    def __str__(self) -> str:
        return f"{self.state}: {self.subject_kind} {self.subject}"
