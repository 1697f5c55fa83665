"""What moderators did, for good."""

from django.conf import settings
from django.db import models


class AuditEntry(models.Model):
    """One act. Rows are only ever added: triggers of the database refuse the rest, and each holds the hash of the one
    before, so that one which is changed or missing all the same is noticed (services/audit.py)."""

    number = models.PositiveBigIntegerField(unique=True)
    at = models.DateTimeField()
    # The id alone where somebody's row goes away: nothing here may be changed.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    act = models.CharField(max_length=32)
    case_number = models.BigIntegerField(null=True, db_index=True)
    subject = models.UUIDField(null=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    facts = models.JSONField(default=dict)
    before = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name_plural = "audit entries"
        indexes = [models.Index(fields=["-at", "-id"], name="audit_by_time")]

    def __str__(self) -> str:
        return f"{self.number} {self.act}"


class AuditHead(models.Model):
    """The one row that says where the log ends; whoever adds to it holds this row."""

    number = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="")

    def __str__(self) -> str:
        return f"{self.number}"
