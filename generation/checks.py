"""System checks: what downloads are signed with is there, is right and lasts."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

from generation import services

HINT = (
    "`python manage.py make_origin` makes what is missing; TESSERA_CERTIFICATE and TESSERA_CERTIFICATE_KEY name others."
)


def origin(**_: Any) -> list[CheckMessage]:
    # One command makes its own at the first start.
    if settings.EMBEDDED and not settings.ORIGIN_FOLDER.exists() and _all_in_the_folder():
        return []
    try:
        services.mark_keys()
        left = services.certificate().ends - datetime.now(UTC)
    except services.BadCertificate as error:
        return [Error(f"{error} Nothing can be downloaded.", hint=HINT, id="tessera.E010")]
    if left < services.WARN_BEFORE:
        words = f"The certificate that signs downloads ends in {left.days} days; nothing can be downloaded after that."
        return [Warning(words, hint="Get or make its successor.", id="tessera.W010")]
    return []


def _all_in_the_folder() -> bool:
    return {settings.ORIGIN_CERTIFICATE.parent, settings.ORIGIN_KEY.parent} == {settings.ORIGIN_FOLDER}
