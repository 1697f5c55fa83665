import secrets

from django.conf import settings
from django.db import models
from django.utils import timezone

from generation.models.collections import Collection
from generation.models.pictures import Picture


def new_token() -> str:
    return secrets.token_urlsafe(16)


class Share(models.Model):
    """The public page of a picture or of a collection. Un-sharing deletes the row, so its address never comes back."""

    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="shares")
    picture = models.OneToOneField(Picture, null=True, on_delete=models.CASCADE, related_name="share")
    collection = models.OneToOneField(Collection, null=True, on_delete=models.CASCADE, related_name="share")
    title = models.CharField(max_length=120, blank=True)
    alt = models.TextField(blank=True, help_text="Empty: the sentence, where it is shown.")
    show_sentence = models.BooleanField(default=True)
    # What the owner asked for, and since when it is so: between the two lies the review.
    public = models.BooleanField(default=False)
    listed_at = models.DateTimeField(null=True)
    refused = models.BooleanField(default=False)
    style = models.CharField(max_length=24, blank=True, help_text="Read from the sentence when listed.")
    likes = models.PositiveIntegerField(default=0)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(picture=None, collection__isnull=False)
                | models.Q(picture__isnull=False, collection=None),
                name="share_of_one_thing",
            ),
            models.CheckConstraint(condition=models.Q(listed_at=None) | models.Q(public=True), name="listed_is_public"),
        ]
        # Each is one way through the gallery. Queries must name the condition, as of the job's line.
        indexes = [
            models.Index(
                fields=["-listed_at", "-id"], condition=models.Q(listed_at__isnull=False), name="gallery_newest"
            ),
            models.Index(fields=["-likes", "-id"], condition=models.Q(listed_at__isnull=False), name="gallery_liked"),
            models.Index(
                fields=["style", "-listed_at", "-id"],
                condition=models.Q(listed_at__isnull=False),
                name="gallery_style_newest",
            ),
            models.Index(
                fields=["style", "-likes", "-id"],
                condition=models.Q(listed_at__isnull=False),
                name="gallery_style_liked",
            ),
        ]

    def __str__(self) -> str:
        return self.token


class Like(models.Model):
    share = models.ForeignKey(Share, on_delete=models.CASCADE, related_name="liked_by")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="likes")
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["share", "person"], name="one_like_each")]

    def __str__(self) -> str:
        return f"{self.person_id} likes {self.share_id}"
