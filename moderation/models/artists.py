import secrets

from django.conf import settings
from django.db import models
from django.utils import timezone


def new_token() -> str:
    return secrets.token_urlsafe(24)


class OptOut(models.Model):
    """An artist asks that sentences with their name are not drawn. It counts once the letter was answered and the
    operator agreed."""

    class State(models.TextChoices):
        UNCONFIRMED = "unconfirmed"
        WAITING = "waiting"
        ACCEPTED = "accepted"
        DECLINED = "declined"

    name = models.CharField(max_length=120)
    email = models.EmailField()
    works = models.CharField(max_length=300, help_text="Where their work, and this address, can be seen.")
    words = models.TextField(blank=True)
    token = models.CharField(max_length=48, unique=True, default=new_token, editable=False)
    state = models.CharField(max_length=12, choices=State, default=State.UNCONFIRMED)
    network = models.CharField(max_length=64, help_text="Where it came from, as a keyed hash: enough to throttle by.")
    created = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["network", "created"], name="opt_outs_of_a_network"),
            models.Index(fields=["state", "created"], name="opt_outs_by_state"),
        ]

    def __str__(self) -> str:
        return self.name
