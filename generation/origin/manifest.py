"""The C2PA manifest: what was done, from what, signed by the operator. The last thing that is done to a file."""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import IO, Any

import c2pa

from generation.origin.certificate import Certificate
from generation.origin.metadata import SOURCE_TYPE, TOOL

TITLE = "Picture"


class NotSigned(Exception):
    """The manifest could not be made."""


class Relation(StrEnum):
    PARENT = "parentOf"  # its pixels go on in this picture
    INPUT = "inputTo"  # the model looked at it


@dataclass(frozen=True, kw_only=True)
class Ingredient:
    data: bytes
    mime: str
    title: str
    relation: Relation


@dataclass(frozen=True, kw_only=True)
class Found:
    """A manifest as it was read. `ours`: valid, and signed by a certificate of this site."""

    ours: bool
    whole: bool
    signer: str


def sign(data: bytes, *, mime: str, title: str, by: Certificate, ingredients: Sequence[Ingredient] = ()) -> bytes:
    """The file with its manifest. Pillow must not touch it again: that would take the manifest away."""
    out = io.BytesIO()
    sign_file(io.BytesIO(data), out, mime=mime, title=title, by=by, ingredients=ingredients)
    return out.getvalue()


def sign_file(
    file: IO[bytes],
    out: IO[bytes],
    *,
    mime: str,
    title: str,
    by: Certificate,
    ingredients: Sequence[Ingredient] = (),
    source_type: str = SOURCE_TYPE,
) -> None:
    """From one file into another. It is held in memory all the same, once or twice: the library knows no other way."""
    try:
        signer = c2pa.Signer.from_info(
            c2pa.C2paSignerInfo(by.algorithm.encode(), by.chain.encode(), by.key.encode(), None)
        )
        context = c2pa.Context(_settings(by.anchor), signer)
        with context, c2pa.Builder(_definition(mime, title, ingredients, source_type), context=context) as builder:
            for place, one in enumerate(ingredients):
                words = {"title": one.title, "relationship": one.relation.value, "label": f"from{place}"}
                builder.add_ingredient(words, one.mime, io.BytesIO(one.data))
            builder.sign(mime, file, out)
    except c2pa.C2paError as error:
        raise NotSigned(str(error)) from error


def read(data: bytes, *, anchors: str, serials: Sequence[str]) -> Found | None:
    """What a file's manifest says; None where it has none, or none that can be read."""
    try:
        with c2pa.Context(_settings(anchors)) as context, c2pa.Reader(None, io.BytesIO(data), None, context) as reader:
            state, told = reader.get_validation_state(), json.loads(reader.json())
    except (c2pa.C2paError, ValueError):
        return None
    signature = told.get("manifests", {}).get(told.get("active_manifest"), {}).get("signature_info", {})
    return Found(
        # Of a bought certificate the root signs others too: only the number says that it was us.
        ours=state == "Trusted" and signature.get("cert_serial_number") in serials,
        whole=state in ("Trusted", "Valid"),
        signer=str(signature.get("issuer") or signature.get("common_name") or ""),
    )


def _definition(mime: str, title: str, ingredients: Sequence[Ingredient], source_type: str) -> dict[str, Any]:
    labels = {relation: [] for relation in Relation}  # type: dict[Relation, list[str]]
    for place, one in enumerate(ingredients):
        labels[one.relation].append(f"from{place}")
    drawn: dict[str, Any] = {
        "action": "c2pa.edited" if labels[Relation.PARENT] else "c2pa.created",
        "digitalSourceType": source_type,
        "softwareAgent": {"name": TOOL},
    }
    if labels[Relation.INPUT]:
        drawn["parameters"] = {"ingredientIds": labels[Relation.INPUT]}
    actions = [drawn]
    if labels[Relation.PARENT]:
        actions.insert(0, {"action": "c2pa.opened", "parameters": {"ingredientIds": labels[Relation.PARENT]}})
    return {
        "claim_generator_info": [{"name": TOOL}],
        "title": title,
        "format": mime,
        "assertions": [{"label": "c2pa.actions", "data": {"actions": actions}}],
    }


def _settings(anchors: str) -> c2pa.Settings:
    """Nothing is fetched, neither manifests nor lists of withdrawn certificates: a strange file must not choose whom
    this server speaks to."""
    return c2pa.Settings.from_dict(
        {
            "verify": {
                "verify_trust": True,
                "verify_after_sign": False,
                "remote_manifest_fetch": False,
                "ocsp_fetch": False,
            },
            "trust": {"trust_anchors": anchors},
            "builder": {"thumbnail": {"enabled": False}},
        }
    )
