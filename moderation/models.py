"""What is known of pictures. Rules, cases and decisions become rows with the moderation issue."""

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

    class Meta:
        verbose_name_plural = "picture hashes"
        indexes = [models.Index(fields=["seen"], name="seen")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
