"""What a file that leaves the site carries: squares, words, and a signed manifest; read back by others' means."""

import io
import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import c2pa
import pytest
from PIL import Image

from generation.origin import certificate, formats, manifest, metadata, squares
from generation.origin.formats import Format
from generation.origin.manifest import Ingredient, Relation
from tests.pictures import landscape, opened

IPTC = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}"
DC = "{http://purl.org/dc/elements/1.1/}"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
MADE_BY_A_MODEL = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
WORDS = metadata.Words(sentence="Fisch & <Chips> “für” 日本 🐟\nציפור", seed=2**31 - 1)
OURS = ["#C8553D", "#E9B44C", "#7A9E5B", "#2A9D8F", "#3B3F5C"]


@pytest.fixture(scope="module")
def picture() -> Image.Image:
    return landscape(4, 512)


@pytest.fixture(scope="module")
def ours() -> certificate.Certificate:
    chain, key = certificate.make(name="Tessera")
    return certificate.parse(chain=chain, key=key)


def xmp_of(data: bytes) -> ElementTree.Element:
    """By its frame in the bytes, as a program would that knows no picture format."""
    found = re.findall(rb"<x:xmpmeta.*?</x:xmpmeta>", data, re.DOTALL)
    assert len(found) == 1
    return ElementTree.fromstring(found[0])


def read_by_c2pa(data: bytes, mime: str, anchor: str) -> dict:
    """Past our own reading, with the library's plain settings and one anchor."""
    settings = c2pa.Settings.from_dict({"trust": {"trust_anchors": anchor}})
    with c2pa.Reader(mime, io.BytesIO(data), None, c2pa.Context(settings)) as reader:
        return {"state": reader.get_validation_state(), **json.loads(reader.json())}


def active(told: dict) -> dict:
    return told["manifests"][told["active_manifest"]]


def test_the_squares_are_exact_and_the_rest_is_untouched() -> None:
    before = landscape(5)
    after = squares.signed(before)
    side = 1024 // 64
    for place, colour in enumerate(OURS):
        box = (1024 - (5 - place) * side, 1024 - side, 1024 - (4 - place) * side, 1024)
        wanted = tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))
        assert after.crop(box).getcolors() == [(side * side, wanted)]
    strip = (1024 - 5 * side, 1024 - side, 1024, 1024)
    after.paste(before.crop(strip), strip)
    assert after.tobytes() == before.tobytes()


@pytest.mark.parametrize("format", Format)
def test_origin_is_in_every_format_and_the_words_only_if_wanted(picture: Image.Image, format: Format) -> None:
    told, silent = (formats.encode(picture, format=format, words=words) for words in (WORDS, None))
    for data in (told, silent):
        assert xmp_of(data).findtext(f".//{IPTC}DigitalSourceType") == MADE_BY_A_MODEL
        assert opened(data).size == picture.size
    found = xmp_of(told)
    assert found.findtext(f".//{DC}description/{RDF}Alt/{RDF}li") == WORDS.sentence
    assert found.findtext(f".//{IPTC}AIPromptInformation") == WORDS.sentence
    assert str(WORDS.seed).encode() in told
    for hidden in (b"Fisch", b"Chips", str(WORDS.seed).encode(), b"description", b"Description", b"AIPrompt"):
        assert hidden not in silent.replace(b"rdf:Description", b"")


def test_pillow_reads_the_texts_of_a_png(picture: Image.Image) -> None:
    with Image.open(io.BytesIO(formats.encode(picture, format=Format.PNG, words=WORDS))) as found:
        assert found.text["Description"] == WORDS.sentence
        assert (found.text["Seed"], found.text["Software"]) == (str(WORDS.seed), "Tessera")
        assert found.convert("RGB").tobytes() == picture.tobytes()


@pytest.mark.parametrize("format", Format)
def test_the_manifest_is_read_by_c2pa(picture: Image.Image, ours: certificate.Certificate, format: Format) -> None:
    data = manifest.sign(formats.encode(picture, format=format), mime=format.mime, title="Picture", by=ours)
    told = read_by_c2pa(data, format.mime, ours.anchor)
    assert told["state"] == "Trusted"
    [action] = active(told)["assertions"][0]["data"]["actions"]
    assert (action["action"], action["digitalSourceType"]) == ("c2pa.created", MADE_BY_A_MODEL)
    assert "thumbnail" not in json.dumps(told)
    assert xmp_of(data).findtext(f".//{IPTC}DigitalSourceType") == MADE_BY_A_MODEL
    assert manifest.read(data, anchors=ours.anchor, serials=[ours.serial]) == manifest.Found(
        ours=True, whole=True, signer="Tessera"
    )


def test_an_edit_names_its_parent_and_the_parents_parent(picture: Image.Image, ours: certificate.Certificate) -> None:
    data = formats.encode(picture, format=Format.PNG)
    for _generation in range(2):
        before = Ingredient(data=data, mime="image/png", title="Picture", relation=Relation.PARENT)
        data = manifest.sign(data, mime="image/png", title="Picture", by=ours)
        before = Ingredient(data=data, mime="image/png", title="Picture", relation=Relation.PARENT)
        data = manifest.sign(
            formats.encode(picture, format=Format.PNG), mime="image/png", title="Picture", by=ours, ingredients=[before]
        )
    told = read_by_c2pa(data, "image/png", ours.anchor)
    assert told["state"] == "Trusted"
    [parent] = active(told)["ingredients"]
    assert parent["relationship"] == "parentOf"
    assert told["manifests"][parent["active_manifest"]]["signature_info"]["cert_serial_number"] == ours.serial
    assert [one["action"] for one in active(told)["assertions"][0]["data"]["actions"]] == ["c2pa.opened", "c2pa.edited"]


def test_a_blend_names_both_as_input(picture: Image.Image, ours: certificate.Certificate) -> None:
    plain = formats.encode(picture, format=Format.PNG)
    both = [Ingredient(data=plain, mime="image/png", title="Picture", relation=Relation.INPUT)] * 2
    told = read_by_c2pa(
        manifest.sign(plain, mime="image/png", title="Picture", by=ours, ingredients=both), "image/png", ours.anchor
    )
    assert [one["relationship"] for one in active(told)["ingredients"]] == ["inputTo", "inputTo"]
    [action] = active(told)["assertions"][0]["data"]["actions"]
    assert len(action["parameters"]["ingredients"]) == 2


def test_who_else_signed_is_told_from_us(picture: Image.Image, ours: certificate.Certificate) -> None:
    chain, key = certificate.make(name="Another house")
    other = certificate.parse(chain=chain, key=key)
    data = manifest.sign(formats.encode(picture, format=Format.PNG), mime="image/png", title="x", by=other)
    found = manifest.read(data, anchors=ours.anchor, serials=[ours.serial])
    assert found == manifest.Found(ours=False, whole=True, signer="Another house")
    # The same root as ours, another certificate beneath it: as with a bought one.
    assert not manifest.read(data, anchors=other.anchor, serials=[ours.serial]).ours


def test_one_changed_byte_is_seen(picture: Image.Image, ours: certificate.Certificate) -> None:
    data = bytearray(manifest.sign(formats.encode(picture, format=Format.PNG), mime="image/png", title="x", by=ours))
    data[len(data) // 2] ^= 1
    found = manifest.read(bytes(data), anchors=ours.anchor, serials=[ours.serial])
    assert (found.ours, found.whole) == (False, False)


def no_manifests(picture: Image.Image) -> Iterator[bytes]:
    yield from (b"", b"nonsense", b"\x89PNG\r\n\x1a\n" + bytes(200), formats.encode(picture, format=Format.JPEG))


def test_files_without_one_say_nothing(picture: Image.Image, ours: certificate.Certificate) -> None:
    for data in no_manifests(picture):
        assert manifest.read(data, anchors=ours.anchor, serials=[ours.serial]) is None


# Certificates


def test_a_made_one_is_a_chain_that_c2pa_takes(ours: certificate.Certificate) -> None:
    assert ours.chain.count("BEGIN CERTIFICATE") == 2
    assert ours.algorithm == "es256"
    assert ours.ends - datetime.now(UTC) > timedelta(days=3600)


@pytest.mark.parametrize(
    ("moment", "says"),
    [
        (datetime.now(UTC) + timedelta(days=3651), "ended on"),
        (datetime.now(UTC) - timedelta(days=2), "begins only on"),
    ],
)
def test_out_of_its_time(moment: datetime, says: str) -> None:
    chain, key = certificate.make(name="Tessera")
    with pytest.raises(certificate.BadCertificate, match=says):
        certificate.parse(chain=chain, key=key, now=moment)


def test_what_cannot_sign_says_why(ours: certificate.Certificate) -> None:
    _, another_key = certificate.make(name="Another")
    one, root = re.findall(r"-----BEGIN CERT.*?END CERTIFICATE-----\n", ours.chain, re.DOTALL)
    for chain, key, says in (
        (ours.chain, another_key, "does not belong"),
        ("nothing", ours.key, "no certificate in PEM"),
        (ours.chain, "nothing", "no private key"),
        (one + one, ours.key, "out of order"),
        (root + one, ours.key, "does not belong"),
    ):
        with pytest.raises(certificate.BadCertificate, match=says):
            certificate.parse(chain=chain, key=key)


def test_one_for_a_web_server_is_refused() -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "example.org")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 7, now - timedelta(1), now + timedelta(9))
        .add_extension(x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(certificate.BadCertificate, match="web server"):
        certificate.parse(chain=made.public_bytes(serialization.Encoding.PEM).decode(), key=private.decode())
