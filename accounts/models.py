from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

EMPTY = models.Value({}, models.JSONField())

# Django's managers take their model as a parameter only for the type checker.
if TYPE_CHECKING:
    Manager = BaseUserManager["Person"]
else:
    Manager = BaseUserManager


class PersonManager(Manager):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Person:
        person = self.model(email=email.strip().lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> Person:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> Person:
        return self.get(email__iexact=username)


class Person(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in, by e-mail. Who closed the account stays as a row without a name: the ledger needs it."""

    class Theme(models.TextChoices):
        SYSTEM = "system", _("As this device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    email = models.EmailField(unique=True)
    display_name = models.CharField(
        max_length=40,
        blank=True,
        db_default="",
        help_text="All that others see of them. Empty: nothing.",
    )
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    joined = models.DateTimeField(default=timezone.now)
    verified_at = models.DateTimeField(null=True, blank=True)

    # What they chose.
    theme = models.CharField(max_length=8, choices=Theme, default=Theme.SYSTEM, db_default=Theme.SYSTEM)
    time_zone = models.CharField(max_length=64, blank=True, default="", db_default="", help_text="Empty: the device's.")
    squares = models.BooleanField(default=True, db_default=True, help_text="In downloads, as chosen last.")
    words = models.BooleanField(default=True, db_default=True, help_text="In downloads, as chosen last.")

    signed_out = models.PositiveIntegerField(default=0, db_default=0, help_text="Raised to end every session.")
    closing_at = models.DateTimeField(null=True, blank=True, help_text="When it closes for good, unless kept before.")
    closed_at = models.DateTimeField(null=True, blank=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = PersonManager()

    class Meta:
        verbose_name_plural = "people"
        constraints = [models.UniqueConstraint(Lower("email"), name="one_person_per_email")]
        indexes = [
            models.Index(
                fields=["closing_at"],
                condition=models.Q(closing_at__isnull=False, closed_at=None),
                name="people_who_leave",
            )
        ]

    def __str__(self) -> str:
        return self.email

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What every session must know: it ends with the password, and when all of them are signed out."""
        known: str = super()._get_session_auth_hash(secret)  # type: ignore[misc]
        if not self.signed_out:
            return known
        return salted_hmac("accounts.signed_out", f"{known}:{self.signed_out}", algorithm="sha256").hexdigest()


class Message(models.Model):
    """A line in a person's inbox. Title and body are as they are marked for translation, with places for `data`, so
    that they are read in the language of whoever reads them, when they are read."""

    # Its indexes begin with the person: one for that alone would only be written.
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="messages", db_index=False)
    kind = models.CharField(max_length=24, help_text="What it is about: export, account, decision.")
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    data = models.JSONField(default=dict, db_default=EMPTY)
    link = models.CharField(max_length=300, blank=True, help_text="Where to go on, on this site.")
    once = models.CharField(max_length=100, null=True, help_text="A name for the event: the same twice is told once.")
    created = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "once"], condition=models.Q(once__isnull=False), name="told_once")
        ]
        indexes = [
            models.Index(fields=["person", "-created", "-id"], name="inbox"),
            models.Index(fields=["person"], condition=models.Q(read_at=None), name="unread"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.person_id}"

    @property
    def subject(self) -> str:
        return self._filled(self.title)

    @property
    def text(self) -> str:
        return self._filled(self.body)

    def _filled(self, words: str) -> str:
        """`%(name)s` is taken from the data; `day` is a date."""
        values = dict(self.data)
        if isinstance(day := values.get("day"), str) and (parsed := parse_date(day)):
            values["day"] = date_format(parsed)
        translated = gettext(words) if words else ""
        return translated % values if values else translated
