"""Reading settings from the environment. A wrong value stops the start, with its name and what was expected."""

import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

Source = Mapping[str, str]


def wrong(name: str, value: str, expected: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{name} is set to {value!r}; expected {expected}.")


def text(name: str, default: str | None = None, *, source: Source = os.environ) -> str:
    value = source.get(name, "").strip()
    if value:
        return value
    if default is None:
        raise ImproperlyConfigured(f"{name} is not set. See .env.example for what it means.")
    return default


def flag(name: str, default: bool, *, source: Source = os.environ) -> bool:
    value = source.get(name, "").strip()
    known = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if not value:
        return default
    if value.lower() not in known:
        raise wrong(name, value, "1 or 0 (or true/false, yes/no, on/off)")
    return known[value.lower()]


def number(
    name: str, default: int, *, least: int | None = None, most: int | None = None, source: Source = os.environ
) -> int:
    value = source.get(name, "").strip()
    if not value:
        return default
    bounds = f"a whole number{'' if least is None else f' from {least}'}{'' if most is None else f' to {most}'}"
    try:
        result = int(value)
    except ValueError:
        raise wrong(name, value, bounds) from None
    if (least is not None and result < least) or (most is not None and result > most):
        raise wrong(name, value, bounds)
    return result


def one_of(name: str, default: str, choices: tuple[str, ...], *, source: Source = os.environ) -> str:
    value = source.get(name, "").strip().lower() or default
    if value not in choices:
        raise wrong(name, value, f"one of {', '.join(choices)}")
    return value


def both(client: str, secret: str, *, source: Source = os.environ) -> list[dict[str, str]]:
    """The keys of an app at another site, as allauth takes them; none of both is none at all."""
    values = {name: source.get(name, "").strip() for name in (client, secret)}
    if not any(values.values()):
        return []
    for name, value in values.items():
        if not value:
            raise ImproperlyConfigured(f"{name} is not set, and the other of {client} and {secret} is. Set both.")
    return [{"client_id": values[client], "secret": values[secret]}]


def words(name: str, default: list[str], *, source: Source = os.environ) -> list[str]:
    value = source.get(name, "").strip()
    return [word.strip() for word in value.split(",") if word.strip()] if value else default


def _split(name: str, value: str, schemes: tuple[str, ...], example: str) -> SplitResult:
    expected = f"an address like {example}"
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        raise wrong(name, value, expected) from None
    if parts.scheme not in schemes:
        raise wrong(name, value, expected)
    return parts


def database(value: str) -> dict[str, Any]:
    """Django's database settings for a postgres:// address. `?host=/folder` names a Unix socket."""
    parts = _split("DATABASE_URL", value, ("postgres", "postgresql"), "postgres://user:password@host:5432/name")
    options = dict(parse_qsl(parts.query))
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise wrong("DATABASE_URL", value, "a database name at the end, as in postgres://user@host/tessera")
    # A process that is stopped inside a transaction would hold its rows, and the sweeper with them, for ever.
    options.setdefault("options", "-c idle_in_transaction_session_timeout=10s")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
        # Pages and workers keep their threads, and each thread its connection; one that broke is seen and replaced.
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }


def redis(value: str) -> str:
    return _split("REDIS_URL", value, ("redis", "rediss", "unix"), "redis://host:6379/0").geturl()


def storage(value: str) -> dict[str, Any]:
    """Where pictures lie: file:///folder, or s3://KEY:SECRET@host:port/bucket?region=… (any S3-compatible store)."""
    parts = _split("STORAGE_URL", value, ("file", "s3"), "file:///var/tessera or s3://KEY:SECRET@host/bucket")
    if parts.scheme == "file":
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": unquote(parts.path)}}
    bucket = parts.path.strip("/")
    if not bucket:
        raise wrong("STORAGE_URL", value, "a bucket at the end, as in s3://KEY:SECRET@host/bucket")
    options = dict(parse_qsl(parts.query))
    scheme = "http" if options.get("tls") == "0" else "https"
    endpoint = f"{scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}" if parts.hostname else None
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": bucket,
            "access_key": unquote(parts.username) if parts.username else None,
            "secret_key": unquote(parts.password) if parts.password else None,
            "endpoint_url": endpoint,
            "region_name": options.get("region"),
            "default_acl": None,
            "file_overwrite": True,
            "querystring_auth": True,
        },
    }


def mail(value: str) -> dict[str, Any]:
    """Mail settings for smtp://user:password@host:587?tls=1 (or smtps://). `folder:` keeps letters as files."""
    parts = _split("EMAIL_URL", value, ("smtp", "smtps", "folder"), "smtp://user:password@host:587?tls=1")
    if parts.scheme == "folder":
        return {"EMAIL_BACKEND": "dalle_site.mail.FolderBackend"}
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname or "",
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": dict(parse_qsl(parts.query)).get("tls") == "1",
    }
