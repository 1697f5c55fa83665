from django.db import models


class Engine(models.Model):
    """What the workers last said of an engine: how the site knows it without ever loading a model."""

    name = models.CharField(max_length=40, primary_key=True)
    trained = models.BooleanField()
    device = models.CharField(max_length=40)
    weights = models.CharField(max_length=80)
    seconds_a_job = models.FloatField(default=0)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
