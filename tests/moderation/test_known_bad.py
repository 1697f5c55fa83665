"""Known-bad pictures: brought in and handed out as lists, known again however they were disguised."""

import io
import uuid

import pytest
from PIL import Image, ImageOps

from moderation import services
from moderation.filters import hash_of_what_is_seen
from moderation.models import KnownBad, Screening
from moderation.pdq import look_of
from tests.moderation.test_screen_upload import again, scene
from tests.pictures import landscape

pytestmark = pytest.mark.django_db

PICTURE = landscape(3, 512)


def listed(*rows: str) -> int:
    return services.import_known_bad(lines=io.StringIO("\n".join(("kind,hash,category,source", *rows))))


def taken(image: Image.Image, sha256: str = "0" * 64) -> bool:
    return services.screen_upload(subject=uuid.uuid4(), sha256=sha256, image=image).allowed


def pdq(image: Image.Image) -> str:
    return look_of(image).bits.hex()


def test_lists_come_and_go_the_same() -> None:
    rows = (f"sha256,{'a' * 64},violence,register", f"pdq,{'b' * 64},sexual,", f"dhash,{'c' * 16},other,mine")
    assert listed(*rows) == 3
    assert listed(*rows) == 0
    out = services.export_known_bad()
    KnownBad.objects.all().delete()
    assert services.import_known_bad(lines=io.StringIO(out)) == 3
    assert services.export_known_bad() == out


@pytest.mark.parametrize("row", ["pdq,xyz,sexual,", f"sha1,{'a' * 40},sexual,", f"pdq,{'b' * 64},nonsense,", "pdq,,,"])
def test_a_list_with_a_bad_line_is_not_taken_at_all(row: str) -> None:
    with pytest.raises(services.BadList, match="Line 3"):
        listed(f"pdq,{'a' * 64},sexual,", row)
    assert not KnownBad.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda image: image,
        lambda image: again(image, "JPEG", quality=40),
        lambda image: image.resize((300, 300)),
        lambda image: image.rotate(90),
        lambda image: image.rotate(180),
        lambda image: ImageOps.mirror(image),
        lambda image: ImageOps.expand(image, 60, "white"),
        lambda image: again(ImageOps.expand(ImageOps.mirror(image), 40, "black"), "JPEG", quality=70),
    ],
    ids=["same", "JPEG 40", "smaller", "turned", "upside down", "mirrored", "framed", "mirrored, framed, JPEG"],
)
def test_a_known_picture_is_known_however_it_comes(change) -> None:
    listed(f"pdq,{pdq(PICTURE)},violence,register")
    assert not taken(change(PICTURE))
    row = Screening.objects.get()
    assert (row.category, row.soft, row.rules[0][0]) == ("violence", False, "known-bad")


def test_other_pictures_are_taken() -> None:
    listed(f"pdq,{pdq(PICTURE)},violence,")
    assert all(taken(landscape(number, 512)) for number in range(10, 20))
    assert taken(scene())


def test_the_file_itself_and_a_near_difference_hash_which_is_only_soft() -> None:
    listed(f"sha256,{'d' * 64},violence,", f"dhash,{hash_of_what_is_seen(PICTURE) & (1 << 64) - 1:016x},sexual,")
    assert not taken(scene(), "d" * 64)
    assert not taken(PICTURE)
    assert list(Screening.objects.order_by("pk").values_list("soft", flat=True)) == [False, True]
