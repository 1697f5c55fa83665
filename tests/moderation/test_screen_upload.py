import io
import os
import uuid
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image, ImageDraw, ImageEnhance

from moderation import services
from moderation.filters import NEAR, distance, hash_of_what_is_seen
from moderation.models import PictureHash

pytestmark = pytest.mark.django_db


def scene(turn: int = 0) -> Image.Image:
    """Large shapes, as pictures have."""
    image = Image.linear_gradient("L").resize((512, 512)).rotate(turn).convert("RGB")
    pen = ImageDraw.Draw(image)
    pen.ellipse((60 + turn, 80, 260 + turn, 300), fill=(200, 85, 61))
    pen.rectangle((300, 260 - turn, 480, 480 - turn), fill=(42, 157, 143))
    return image


def again(image: Image.Image, kind: str, **how: int) -> Image.Image:
    out = io.BytesIO()
    image.save(out, kind, **how)
    return Image.open(out).convert("RGB")


def screened(image: Image.Image, sha256: str = "0" * 64) -> services.Verdict:
    return services.screen_upload(subject=uuid.uuid4(), sha256=sha256, image=image)


def blocked(*lines: str) -> None:
    file: Path = settings.BLOCKED_PICTURES_FILE
    file.write_text("".join(f"{line}  # why\n" for line in lines))
    os.utime(file, ns=(1, len(lines)))


def listed(image: Image.Image) -> str:
    return f"{hash_of_what_is_seen(image) & 0xFFFF_FFFF_FFFF_FFFF:016x}"


def test_without_a_list_everything_is_taken() -> None:
    assert screened(scene()).allowed


def test_a_listed_file_is_refused_and_no_other() -> None:
    blocked("A" * 64)
    assert not screened(scene(), "a" * 64).allowed
    assert screened(scene(), "b" * 64).allowed


@pytest.mark.parametrize(
    "saved_again",
    [
        lambda image: again(image, "JPEG", quality=50),
        lambda image: again(image, "WEBP", quality=60),
        lambda image: image.resize((256, 256)),
        lambda image: ImageEnhance.Brightness(image).enhance(1.15),
    ],
    ids=["JPEG 50", "WebP 60", "half size", "lighter"],
)
def test_a_listed_picture_is_known_when_it_is_saved_again(saved_again) -> None:
    blocked(listed(scene()))
    assert not screened(saved_again(scene())).allowed


def test_other_pictures_are_left_alone() -> None:
    blocked(listed(scene()))
    assert distance(hash_of_what_is_seen(scene()), hash_of_what_is_seen(scene(90))) > 2 * NEAR
    assert screened(scene(90)).allowed


def test_what_was_seen_is_remembered_once() -> None:
    subject = uuid.uuid4()
    for _ in range(2):
        services.screen_upload(subject=subject, sha256="c" * 64, image=scene())
    known = PictureHash.objects.get()
    assert (known.subject, known.kind, known.sha256) == (subject, "upload", "c" * 64)
    assert known.seen == hash_of_what_is_seen(scene())


def test_the_hash_fits_into_a_signed_column() -> None:
    for left, right in ((0, 255), (255, 0)):
        ramp = Image.linear_gradient("L").rotate(90) if left else Image.linear_gradient("L").rotate(270)
        seen = hash_of_what_is_seen(ramp)
        PictureHash.objects.create(subject=uuid.uuid4(), kind="picture", sha256="d" * 64, seen=seen)
        assert -(2**63) <= seen < 2**63, right
    assert sorted(PictureHash.objects.values_list("seen", flat=True)) == [-1, 0]
