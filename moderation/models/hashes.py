"""By what pictures are known again."""

from django.db import models


class PictureHash(models.Model):
    """By what a picture is known again: its file exactly, and roughly what is seen in it. It outlives the picture."""

    class Kind(models.TextChoices):
        PICTURE = "picture"
        UPLOAD = "upload"

    # Only its id: what the picture is, the rooms above know.
    subject = models.UUIDField(unique=True)
    kind = models.CharField(max_length=16, choices=Kind)
    sha256 = models.CharField(max_length=64, db_index=True)
    seen = models.BigIntegerField(help_text="64 bits, signed for the database (moderation/filters.py).")
    created = models.DateTimeField(auto_now_add=True)

    # PDQ, sixteen bits in each (moderation/looks.py); null in a picture that is nearly one colour.
    look0 = models.SmallIntegerField(null=True)
    look1 = models.SmallIntegerField(null=True)
    look2 = models.SmallIntegerField(null=True)
    look3 = models.SmallIntegerField(null=True)
    look4 = models.SmallIntegerField(null=True)
    look5 = models.SmallIntegerField(null=True)
    look6 = models.SmallIntegerField(null=True)
    look7 = models.SmallIntegerField(null=True)
    look8 = models.SmallIntegerField(null=True)
    look9 = models.SmallIntegerField(null=True)
    look10 = models.SmallIntegerField(null=True)
    look11 = models.SmallIntegerField(null=True)
    look12 = models.SmallIntegerField(null=True)
    look13 = models.SmallIntegerField(null=True)
    look14 = models.SmallIntegerField(null=True)
    look15 = models.SmallIntegerField(null=True)

    class Meta:
        verbose_name_plural = "picture hashes"
        indexes = [
            models.Index(fields=["seen"], name="seen"),
            *(models.Index(fields=[f"look{place}"], name=f"look{place}") for place in range(16)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
