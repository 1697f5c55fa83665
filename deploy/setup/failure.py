"""Turns what can go wrong during set-up into one clear sentence each."""

import errno
import re


class SetupFailed(Exception):
    """Set-up cannot go on. Its text is the sentence that is shown, and says what to do."""


FULL_DISK = "The disk is full. Free about {need} and run this again; it goes on where it stopped."
READ_ONLY = (
    "This folder cannot be written to: {place}. Set-up makes .venv and node_modules in it: "
    "put Tessera in a folder of your own and run this again."
)
NO_NETWORK = (
    "The {what} could not be downloaded: no connection to the package index. "
    "The first start needs the network; check it (and your proxy, if you use one) and run this again."
)
ALTERED = "A {what} package did not match its recorded checksum, so it was not installed. Run this again."

_SIGNS = (
    (FULL_DISK, r"No space left on device|\bENOSPC\b|Disk quota exceeded|\bEDQUOT\b"),
    (READ_ONLY, r"Read-only file system|\bEROFS\b|\[Errno 13\] Permission denied|\bEACCES\b"),
    (ALTERED, r"\bEINTEGRITY\b|DO NOT MATCH THE HASHES"),
    (
        NO_NETWORK,
        r"NewConnectionError|NameResolutionError|Temporary failure in name resolution|Name or service not known"
        r"|Network is unreachable|Connection refused|Connection reset|ConnectTimeout|ReadTimeout|Read timed out"
        r"|Max retries exceeded|ProxyError|Tunnel connection failed|nodename nor servname"
        r"|\bENOTFOUND\b|\bEAI_AGAIN\b|\bECONNREFUSED\b|\bECONNRESET\b|\bETIMEDOUT\b|\bENETUNREACH\b|ERR_SOCKET_TIMEOUT"
        r"|Could not connect|Failed to (?:establish|resolve)|network connectivity",
    ),
)


def explain_output(output: str, *, what: str, place: str, need: str = "3 GB") -> str:
    """The sentence for a pip, npm or venv run that failed; `what` names what it was fetching."""
    for sentence, signs in _SIGNS:
        if re.search(signs, output):
            return sentence.format(what=what, place=place, need=need)
    last = [line.strip() for line in output.splitlines() if line.strip()][-3:]
    return f"The {what} could not be installed. The last words of the installer: " + " / ".join(last or ["(none)"])


def explain_error(error: OSError, *, place: str, need: str = "3 GB") -> str:
    """The sentence for an operating system error met by set-up itself."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return FULL_DISK.format(need=need)
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return READ_ONLY.format(place=place)
    return f"Set-up could not go on: {error.strerror or error} ({error.filename or place})."
