from django.db import models


class Row(models.Model):
    prompt = models.TextField()

    class Meta:
        app_label = "bare"

    def __str__(self) -> str:
        return self.prompt
