from django.conf import settings
from django.db import models
from django.utils import timezone


class SavedPrompt(models.Model):
    """A sentence that a person wants to find again."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_prompts")
    sentence = models.TextField()
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created", "-id"]
        constraints = [models.UniqueConstraint(fields=["person", "sentence"], name="one_saved_sentence")]

    def __str__(self) -> str:
        return self.sentence[:40]
