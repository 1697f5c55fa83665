from django.conf import settings
from django.db import models
from django.utils import timezone

from moderation.policy import CATEGORIES, Action, Detail


class CategoryChoice(models.Model):
    """What an operator decided otherwise than the policy that ships."""

    slug = models.CharField(max_length=16, unique=True, choices=[(slug, slug) for slug in CATEGORIES])
    severity = models.PositiveSmallIntegerField(choices=[(number, number) for number in range(1, 5)])
    action = models.CharField(max_length=8, choices=[(action.value, action.value) for action in Action])
    detail = models.CharField(max_length=8, choices=[(detail.value, detail.value) for detail in Detail])
    text = models.TextField(blank=True, help_text="Shown instead of the text that ships. Empty: that one.")

    def __str__(self) -> str:
        return self.slug


class Rule(models.Model):
    """One version of a rule. The highest number of a name is in force; earlier ones stay as they were.

    Names that ship (moderation/shipped.py) have version 0 there; a row of the same name takes its place.
    """

    class Kind(models.TextChoices):
        WORDS = "words", "words and phrases, one a line"
        PATTERN = "pattern", "regular expressions, one a line"
        MEANING = "meaning", "threshold of a category's meaning score"
        PHRASES = "phrases", "sentences, found by meaning, one a line"
        NAMES = "names", "names of people, one a line"
        ARTISTS = "artists", "names of artists who opted out, one a line"
        PICTURE = "picture", "threshold of a picture filter"
        HASHES = "hashes", "bits within which a known-bad picture counts as the same"
        PAIR = "pair", "threshold of sentence and picture together"
        LANGUAGE = "language", "languages that are read, one a line"

    class Mode(models.TextChoices):
        LIVE = "live", "live"
        SHADOW = "shadow", "shadow: noted, without effect"
        OFF = "off", "off"

    name = models.SlugField(max_length=40)
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=Kind)
    category = models.CharField(max_length=16, choices=[(slug, slug) for slug in CATEGORIES])
    content = models.TextField(blank=True)
    threshold = models.FloatField(null=True, blank=True)
    soft = models.BooleanField(default=False, help_text="A refusal that may be put to review, never a strike.")
    mode = models.CharField(max_length=8, choices=Mode, default=Mode.SHADOW)
    created = models.DateTimeField(default=timezone.now)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "version"], name="one_rule_per_version")]

    def __str__(self) -> str:
        return f"{self.name} {self.version} ({self.mode})"
