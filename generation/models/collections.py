import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from generation.models.pictures import Picture


class Collection(models.Model):
    """Pictures that a person put together, in an order of their own. Private unless it has a Share."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="collections")
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    cover = models.ForeignKey(Picture, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created = models.DateTimeField(default=timezone.now)
    changed = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, help_text="Undo brings it back; after the days of the trash it goes.")

    removed_at = models.DateTimeField(null=True, help_text="A moderator took it from every public page.")

    class Meta:
        indexes = [
            models.Index(
                fields=["person", "-changed", "-id"],
                condition=models.Q(deleted_at=None),
                name="collections_of_a_person",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Placement(models.Model):
    """A picture in a collection. Positions rise and may have gaps."""

    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="placements")
    picture = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="placements")
    position = models.BigIntegerField()
    removed_at = models.DateTimeField(null=True, help_text="Taken out; undo puts it back into its place.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["collection", "picture"], name="once_in_a_collection")]
        indexes = [
            models.Index(
                fields=["collection", "position", "id"], condition=models.Q(removed_at=None), name="order_of_pictures"
            )
        ]

    def __str__(self) -> str:
        return f"{self.collection_id} {self.position}"
