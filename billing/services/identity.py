"""Who somebody is, as far as free credits go: keyed hashes, so that what is kept tells nobody's address."""

import ipaddress
from pathlib import Path

from django.conf import settings
from django.utils.crypto import salted_hmac

# Post offices that deliver a.b@ and ab@ to the same person, and their other names.
WITHOUT_DOTS = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}


def identity_of(email: str) -> str:
    """The same for every spelling that reaches one mailbox."""
    name, _at, domain = email.strip().lower().rpartition("@")
    name = name.partition("+")[0]
    if domain in WITHOUT_DOTS:
        name, domain = name.replace(".", ""), WITHOUT_DOTS[domain]
    return _hashed("billing.identity", f"{name}@{domain}")


def network_of(address: str) -> str:
    """The network that somebody asks from; empty where it is not one of the internet's: this machine, or a proxy that
    hides everybody."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    if not parsed.is_global:
        return ""
    network = ipaddress.ip_network((parsed, 24 if parsed.version == 4 else 48), strict=False)
    return _hashed("billing.network", str(network))


def is_disposable(email: str) -> bool:
    """Whether the operator's list names the domain of the address, or one above it."""
    file = Path(settings.DISPOSABLE_DOMAINS_FILE)
    if not file.is_file():
        return False
    listed = {line.partition("#")[0].strip().lower() for line in file.read_text(encoding="utf-8").splitlines()}
    labels = email.strip().lower().rpartition("@")[2].split(".")
    return any(".".join(labels[start:]) in listed for start in range(len(labels)))


def _hashed(purpose: str, words: str) -> str:
    return salted_hmac(purpose, words, algorithm="sha256").hexdigest()
