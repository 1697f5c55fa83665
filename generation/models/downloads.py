from django.db import models
from django.utils import timezone

from generation.models.pictures import Picture


class Download(models.Model):
    """A picture as it was asked for: a format, with or without squares and words. Whoever makes the row makes the
    file; the others wait for it (services/downloads.py)."""

    picture = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="downloads")
    recipe = models.CharField(max_length=64, help_text="Format, options, certificate: what makes its bytes.")
    file = models.CharField(max_length=200, default="", help_text="Empty while it is being made.")
    sha256 = models.CharField(max_length=64, default="", db_index=True)
    until = models.DateTimeField(help_text="While it is being made: when its maker is taken for dead.")
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["picture", "recipe"], name="one_download_per_recipe")]

    def __str__(self) -> str:
        return f"{self.picture_id} {self.recipe[:12]}"


class Mark(models.Model):
    """The number that is hidden in every download of a picture. It outlives the picture: "was this made here?" is
    answered for good, and says nothing of whose it was."""

    number = models.BigIntegerField(primary_key=True)
    picture = models.OneToOneField(Picture, null=True, on_delete=models.SET_NULL, related_name="mark")
    created = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.number:012x}"
