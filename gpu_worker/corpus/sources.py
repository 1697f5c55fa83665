"""Where the drawings come from: packages at pinned versions with checksums, fetched through whatever package index
the machine is set up with. Licences and notices: NOTICE.md beside this file."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Source:
    name: str
    tool: str  # npm, pip or apt
    package: str
    version: str
    checksums: tuple[str, ...]  # npm: the archive's sha512; pip and apt: sha256 of each file that may come
    licence: str
    needed: bool = True


SOURCES = (
    Source(
        "fluent-3d", "npm", "@lobehub/fluent-emoji-3d", "1.1.0",
        ("sha512-Wlq2lVStTnr8BDpIJ0pEnTKO4LuDxxqTEhTvRtD1DLRF0me7ogeRQjKoehDHXuVJ2Qaecgl5wRBv60lUAG3h7g==",),
        "MIT (Microsoft)",
    ),
    Source(
        "fluent-flat", "npm", "fluentui-emoji", "1.3.0",
        ("sha512-JTXXwqIie2rWTgOkIJDJxr0WtwTz2WU4kdOq8buLVThYwQ264aFR2jdTyuon2oEbLqqGMT64zI4btyn1saB2xw==",),
        "MIT (Microsoft)",
    ),
    Source(
        "noto", "npm", "asturur-noto-emoji", "3.0.3",
        ("sha512-Dx2Ua2sd/s1sGl4gPJve3QeZXf7MmnMp/xbw+TT3nC3xC6K+62G0GmvdSSVqARCHpb0QtFbZcerwMOGduPI3Gg==",),
        "Apache-2.0 (Google)",
    ),
    Source(
        "names", "npm", "emojibase-data", "17.0.0",
        ("sha512-Yvgb5AWoHViHV/gq1qr5ZAarcBip+B27/ZLRsUJkbgAEaLlZ/fof9g882LTpmEpyhBNEC0m2SEmItljHsTygjA==",),
        "MIT (Miles Johnson)",
    ),
    Source(
        "resvg", "pip", "resvg-py", "0.5.0",
        (
            "sha256:9d3f5c2544d6b5f74847513e07e6ab6a70f9e7f0d8a141bc16bd4b0c555f4234",  # macOS, Intel
            "sha256:7b43f942157f5d16126e108dab8ab37e4bc2b198099e5f6274b753a3b1ac7b6e",  # macOS, Arm
            "sha256:1e66216f78c84a27d34ce75f4535d8e26565771be4f1848ddc71e8a7ce78973a",  # Linux, Arm
            "sha256:84f2378ecc7a8e38b03429efaefc816daec1b1970114909a6f973393b297c91b",  # Linux, Intel
            "sha256:feee1ee6c2c0b64018c046a7604240c233c6cf14496e475238370c7d9a9db455",  # Linux with musl
            "sha256:1f6b8956c4143dbfe107bcd35799d0dfd778a40a8cd537893c0bf489898a6c3c",  # Windows
        ),
        "MIT (used to pack only; nothing of it is in the atlas)",
    ),
    Source(
        "openclipart", "apt", "openclipart-svg", "1:0.18+dfsg-19",
        ("989712d90d57dfa3230049f553bb43b76c30ee4d4b8c5f6e106e33f7db5cbdc5",),
        "public domain",
        needed=False,  # apt is not everywhere: without it the atlas has one drawing less of each name in clipart.txt
    ),
)  # fmt: skip


def folder() -> Path:
    """TESSERA_CORPUS, or var/corpus, which git ignores."""
    return Path(os.environ.get("TESSERA_CORPUS", "var/corpus"))


def atlas_path() -> Path:
    return folder() / "atlas.webp"
