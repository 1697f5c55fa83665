"""What allauth asks of this site: how secrets are kept, and which other sites may vouch for somebody."""

import base64
import hashlib
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import Http404, HttpRequest
from django.utils.encoding import force_bytes


class SecondFactors(DefaultMFAAdapter):
    """Whoever reads the database alone cannot make anybody's codes."""

    def encrypt(self, text: str) -> str:
        return _locks().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _locks().decrypt(encrypted_text.encode()).decode()


class OtherSites(DefaultSocialAccountAdapter):
    def get_app(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Any:
        """Where no keys are set there is no such page."""
        try:
            return super().get_app(request, provider, client_id=client_id)
        except SocialApp.DoesNotExist:
            raise Http404 from None


def _locks() -> MultiFernet:
    """The first locks; all open, so that the site's key can be changed."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(_key_of(key)) for key in keys])


def _key_of(secret: str | bytes) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(b"accounts.second_factor:" + force_bytes(secret)).digest())
