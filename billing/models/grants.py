from django.conf import settings
from django.db import models


class FreeCredits(models.Model):
    """Whether and when somebody gets free credits. `identity` is a keyed hash of the e-mail as its post office reads
    it: it stays when the account is closed, so that nobody is given a first month twice."""

    class Refusal(models.TextChoices):
        SAME_PERSON = "same_person"
        DISPOSABLE = "disposable"

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    identity = models.CharField(max_length=64, unique=True, null=True)  # null: the identity is another person's
    network = models.CharField(max_length=64, blank=True, help_text="A keyed hash of where the e-mail was verified.")
    refusal = models.CharField(max_length=16, choices=Refusal, blank=True)
    anchor = models.DateTimeField(help_text="When the e-mail was verified: its day is the day of every refill.")
    first_at = models.DateTimeField(null=True, help_text="When the first credits came.")
    granted_for = models.DateTimeField(null=True, help_text="The beginning of the month that was granted last.")
    next_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        verbose_name_plural = "free credits"
        indexes = [models.Index(fields=["network", "first_at"], name="first_credits_of_a_network")]

    def __str__(self) -> str:
        return f"{self.person}: {self.refusal or self.next_at}"
