from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Report(models.Model):
    """Somebody says that a public thing should not be there: one of the voices of a case."""

    class Reason(models.TextChoices):
        CHILDREN = "children", _("Sexual, with somebody under 18")
        SEXUAL = "sexual", _("Sexual")
        VIOLENCE = "violence", _("Violence")
        HATE = "hate", _("Hate")
        HARASSMENT = "harassment", _("Harassment")
        SELF_HARM = "self_harm", _("Self-harm")
        SHOCKING = "shocking", _("Shocking")
        ILLEGAL = "illegal", _("Illegal activity")
        DECEPTION = "deception", _("Deceives people")
        POLITICAL = "political", _("Political campaigning")
        HEALTH = "health", _("False claims about health")
        LIKENESS = "likeness", _("Shows a real person without consent")
        RIGHTS = "rights", _("Uses somebody's work without permission")
        SPAM = "spam", _("Spam")
        OTHER = "other", _("Something else")

    # Only its id: what it is, the rooms above know. It outlives the address that it was seen at.
    subject_kind = models.CharField(max_length=16)
    subject = models.UUIDField(db_index=True)
    reason = models.CharField(max_length=16, choices=Reason)
    words = models.TextField(blank=True)
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    network = models.CharField(max_length=64, help_text="Where it came from, as a keyed hash: enough to throttle by.")
    created = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    case = models.ForeignKey(
        "moderation.Case", null=True, blank=True, on_delete=models.SET_NULL, related_name="reports"
    )
    told_at = models.DateTimeField(null=True, blank=True, help_text="When the reporter was told what came of it.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reporter", "subject"],
                condition=models.Q(closed_at=None, reporter__isnull=False),
                name="one_open_report_per_person",
            ),
            # Signed out, a network is the nearest thing to a person that there is.
            models.UniqueConstraint(
                fields=["network", "subject"],
                condition=models.Q(closed_at=None, reporter=None),
                name="one_open_report_per_network",
            ),
        ]
        indexes = [
            models.Index(fields=["network", "created"], name="reports_of_a_network"),
            models.Index(fields=["reporter", "created"], name="reports_of_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.reason}: {self.subject_kind} {self.subject}"
