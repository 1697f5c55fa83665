"""Edits and variations: forms with files in them, as clients and people by hand send them."""

import io
from collections.abc import Mapping
from functools import partial
from typing import Any

from PIL import Image, ImageChops, ImageStat

from ..asks import File
from ..check import ANY, PROMPT, It, check, delivered, expect, is_error, refused, understood_or_refused
from ..pictures import MODES, bomb, file, heavy, holed, in_format, of_mode, png, scene
from ..raw import form

SMALL = "256x256"
TOO_BIG = r"Uploaded image must be a PNG and less than 4 MB\."
# 3.9 million bytes are under 4 MB however they are counted, and 4.1 MiB are over.
UNDER, OVER = 3_900_000, 4_299_162


def masked(image: File, mask: File) -> Mapping[str, File]:
    return {"image": image, "mask": mask}


@check("edits/own-alpha", "mask absent: the image's own alpha is the mask")
def own_alpha(it: It) -> None:
    delivered(it.edit(files={"image": file(holed())}, size=SMALL), size=256)


@check("edits/rgb-with-mask", "Accept an RGB PNG for edits when a mask is given")
def rgb_with_mask(it: It) -> None:
    delivered(it.edit(files=masked(file(scene()), file(holed())), size=SMALL), size=256)


@check("edits/rgba-with-mask", "mask: PNG, same size as the image")
def rgba_with_mask(it: It) -> None:
    delivered(it.edit(files=masked(file(holed()), file(holed())), size=SMALL), size=256)


@check("edits/rgb-without-mask", "mask absent: the image's own alpha is the mask; without one nothing can be edited")
def rgb_without_mask(it: It) -> None:
    refused(it.edit(files={"image": file(scene())}, size=SMALL), 400, param={"image", "mask"}, message="(?i)mask|alpha")


@check("edits/sizes", "size: 256x256, 512x512, 1024x1024 of whatever image")
def sizes(it: It) -> None:
    delivered(it.edit(files={"image": file(holed(300))}), size=1024)
    delivered(it.edit(files={"image": file(holed(1024))}, size="512x512"), size=512)


@check("edits/n-2-b64", "n arrives as text in multipart; response_format: b64_json")
def two_in_base64(it: It) -> None:
    outcome = it.edit(files={"image": file(holed())}, size=SMALL, n=2, response_format="b64_json")
    delivered(outcome, count=2, size=256, form="b64_json")


@check("edits/kept-pixels", "mask: alpha 0 is the area to edit, the rest stays")
def kept_pixels(it: It) -> None:
    (content,) = delivered(it.edit(files={"image": file(holed(256))}, size=SMALL), size=256)
    got, sent = Image.open(io.BytesIO(content)).convert("RGB"), scene(256)
    corner = (160, 160, 256, 256)  # far from the hole and its feathered edge
    difference = ImageChops.difference(got.crop(corner), sent.crop(corner))
    mean = sum(ImageStat.Stat(difference).mean) / 3
    expect(mean < 6, f"what was not to be edited changed by {mean:.0f} of 255 on average")


@check("variations/plain", "variations: image alone")
def variation(it: It) -> None:
    delivered(it.vary(image=file(scene())), size=1024)


@check("variations/n-3", "n: 1 to 10")
def three_variations(it: It) -> None:
    pictures = delivered(it.vary(image=file(scene()), n=3, size=SMALL), count=3, size=256)
    expect(len(set(pictures)) == 3, "three times the same picture")


@check("variations/b64_json", "response_format: b64_json")
def variation_in_base64(it: It) -> None:
    delivered(it.vary(image=file(scene()), size=SMALL, response_format="b64_json"), size=256, form="b64_json")


@check("variations/all-fields", "model, user: optional")
def all_fields(it: It) -> None:
    fields: dict[str, Any] = {"model": "dall-e-2", "n": 1, "response_format": "url", "user": "customer-17"}
    delivered(it.vary(image=file(scene()), size=SMALL, **fields), size=256)


@check("forms/null", "null is fine, also in multipart")
def null_in_a_form(it: It) -> None:
    fields = dict.fromkeys(("model", "n", "response_format", "user"))
    delivered(it.edit(files={"image": file(holed())}, size=SMALL, **fields), size=256)


@check("forms/null-as-text", "null is fine; in multipart it is text, and the JavaScript client says to send it so")
def null_as_text(it: It) -> None:
    fields = dict.fromkeys(("model", "n", "size", "response_format", "user"), "null")
    delivered(it.vary(image=file(scene()), **fields), size=1024)


@check("forms/size-auto", "size: auto means 1024")
def auto_in_a_form(it: It) -> None:
    delivered(it.vary(image=file(scene()), size="auto"), size=1024)


def sent_as(it: It, way: str, name: str, type: str) -> None:
    delivered(it.vary(image=file(scene(), way=way, name=name, type=type), size=SMALL), size=256)
    delivered(it.edit(files={"image": file(holed(), way=way, name=name, type=type)}, size=SMALL), size=256)


for title, way, name, type in (
    ("bytes", "bytes", "picture", "application/octet-stream"),
    ("an-opened-file", "opened", "picture.png", "image/png"),
    ("octet-stream", "named", "picture.png", "application/octet-stream"),
    ("a-png-called-jpg", "named", "picture.jpg", "image/jpeg"),
    ("no-ending", "named", "picture", "text/plain"),
    ("a-name-in-chinese", "named", "图片.png", "image/png"),
):
    check(f"files/{title}", "Sniff file content, never trust the part's MIME type or name")(
        partial(sent_as, way=way, name=name, type=type)
    )


def of_this_mode(it: It, mode: str) -> None:
    delivered(it.vary(image=file(of_mode(mode)), size=SMALL), size=256)
    delivered(it.edit(files=masked(file(of_mode(mode)), file(holed())), size=SMALL), size=256)


for mode in MODES:
    check(f"files/{mode.replace(' ', '-')}", "image: PNG, whatever its pixels: RGB, RGBA, L, P, 16-bit")(
        partial(of_this_mode, mode=mode)
    )


@check("files/3.9-MB", "image, mask: under 4 MB")
def just_under(it: It) -> None:
    delivered(it.vary(image=file(heavy(UNDER)), size=SMALL), size=256)
    delivered(it.edit(files=masked(file(heavy(UNDER)), file(heavy(UNDER))), size=SMALL), size=256)


@check("files/4.1-MB", "400, param image: Uploaded image must be a PNG and less than 4 MB.")
def just_over(it: It) -> None:
    refused(it.vary(image=file(heavy(OVER)), size=SMALL), 400, code=None, param="image", message=TOO_BIG)
    outcome = it.edit(files={"image": file(heavy(OVER))}, size=SMALL)
    refused(outcome, 400, code=None, param="image", message=TOO_BIG)


@check("files/mask-of-4.1-MB", "mask: under 4 MB")
def heavy_mask(it: It) -> None:
    outcome = it.edit(files=masked(file(holed()), file(heavy(OVER))), size=SMALL)
    refused(outcome, 400, code=None, param="mask", message="(?i)less than 4 MB")


@check("files/non-square", "image: square")
def non_square(it: It) -> None:
    refused(it.vary(image=file(scene(256, height=200)), size=SMALL), 400, param="image", message="(?i)square")
    outcome = it.edit(files=masked(file(scene(256, height=200)), file(scene(256, height=200))), size=SMALL)
    refused(outcome, 400, param="image", message="(?i)square")


@check("files/mask-of-another-size", "mask: same size as the image")
def mask_of_another_size(it: It) -> None:
    outcome = it.edit(files=masked(file(scene(256)), file(holed(300))), size=SMALL)
    refused(outcome, 400, param="mask", message="(?i)same size|size")


@check("files/opaque-mask", "opaque mask: contract answers")
def opaque_mask(it: It) -> None:
    outcome = it.edit(files=masked(file(scene()), file(scene().convert("RGBA"))), size=SMALL)
    understood_or_refused(outcome, param={"mask", "image"})
    understood_or_refused(it.edit(files=masked(file(scene()), file(scene())), size=SMALL), param={"mask", "image"})


@check("files/opaque-image-alone", "mask absent: the image's own alpha is the mask")
def opaque_image(it: It) -> None:
    outcome = it.edit(files={"image": file(scene().convert("RGBA"))}, size=SMALL)
    understood_or_refused(outcome, param={"mask", "image"})


def of_format(it: It, format: str, type: str) -> None:
    words = rf"Invalid file 'image': unsupported mimetype \('{type}'\)\. Supported file formats are 'image/png'\."
    for outcome in (
        it.vary(image=file(in_format(format)), size=SMALL),
        it.edit(files={"image": file(in_format(format))}, size=SMALL),
    ):
        refused(outcome, 400, code="unsupported_file_mimetype", param="image", message=words)


for format in ("JPEG", "WEBP", "GIF"):
    check(f"files/{format}-called-png", "400 unsupported_file_mimetype, param image")(
        partial(of_format, format=format, type=f"image/{format.lower()}")
    )


@check("files/mask-in-JPEG", "400 unsupported_file_mimetype; mask: PNG")
def jpeg_mask(it: It) -> None:
    outcome = it.edit(files=masked(file(holed()), file(in_format("JPEG"))), size=SMALL)
    refused(outcome, 400, code="unsupported_file_mimetype", param="mask")


def broken(it: It, content: bytes) -> None:
    for outcome in (it.vary(image=file(content), size=SMALL), it.edit(files={"image": file(content)}, size=SMALL)):
        refused(outcome, 400, code={None, "unsupported_file_mimetype"}, param="image")


for name, content in (
    ("empty", b""),
    ("words", b"this is no picture" * 10),
    ("html", b"<!doctype html><html><body>no picture</body></html>"),
    ("svg", b'<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256"/>'),
    ("png-cut-short", png(scene())[:900]),
    ("png-signature-alone", b"\x89PNG\r\n\x1a\n"),
    ("png-with-a-wrong-checksum", png(scene()).replace(b"IDAT", b"IDAT\0", 1)),
    ("bomb", bomb()),
):
    check(f"files/{name}", "400, param image: Uploaded image must be a PNG …", every_client=name in ("words", "bomb"))(
        partial(broken, content=content)
    )


@check("files/two-images", "two files: 400")
def two_images(it: It) -> None:
    pair = [file(holed()), file(holed(shade=120))]
    refused(it.edit(files={"image": pair}, size=SMALL), 400, param=ANY, message="(?i)one|single|two|more than")


@check("files/one-image-in-a-list", "Part name image or image[]")
def one_in_a_list(it: It) -> None:
    name = "image[]" if it.client.name == "http" else "image"
    delivered(it.edit(files={name: [file(holed())]}, size=SMALL), size=256)


@check("files/image-absent", "image: required", every_client=False)
def image_absent(it: It) -> None:
    refused(it.edit(files={}, size=SMALL), 400, param="image")
    outcome = it.edit(files={"mask": file(holed())}, size=SMALL)
    refused(outcome, 400, param="image")


@check("edits/prompt-absent", "prompt: required", every_client=False)
def prompt_absent(it: It) -> None:
    body, kind = form({}, {"image": file(holed())})
    is_error(it.send("POST", "/images/edits", body, {"Content-Type": kind}), 400, param="prompt")


@check("edits/prompt-too-long", "400: Prompt must be length 1000 or less …")
def too_long(it: It) -> None:
    outcome = it.edit(files={"image": file(holed())}, prompt=("a fox and " * 120)[:1192])
    words = r"Prompt must be length 1000 or less\. Your prompt length is 1192\. Please reduce your prompt length\."
    refused(outcome, 400, code=None, message=words)


@check("variations/prompt-given", "prompt: absent in variations: contract answers", every_client=False)
def prompt_given(it: It) -> None:
    understood_or_refused(it.vary(image=file(scene()), prompt=PROMPT, size=SMALL))


def bad_field(it: It, fields: Mapping[str, Any], words: str) -> None:
    refused(it.vary(image=file(scene()), **fields), 400, code=None, message=words)
    refused(it.edit(files={"image": file(holed())}, **fields), 400, code=None, message=words)


for name, fields, words in (
    ("n-11", {"n": 11}, r"^11 is greater than the maximum of 10 - 'n'"),
    ("n-0", {"n": 0}, r"^0 is less than the minimum of 1 - 'n'"),
    ("n-many", {"n": "many"}, ""),
    ("n-1.5", {"n": 1.5}, ""),
    ("size-300x300", {"size": "300x300"}, r"^'300x300' is not one of \['256x256', '512x512', '1024x1024'\] - 'size'"),
    ("response_format-png", {"response_format": "png"}, ""),
):
    check(f"forms/{name}", "the same rules in multipart, where everything is text")(
        partial(bad_field, fields=fields, words=words)
    )


@check("forms/model-unknown", "404 model_not_found")
def unknown_model(it: It) -> None:
    outcome = it.vary(image=file(scene()), model="dall-e-9")
    refused(outcome, 404, code="model_not_found", message=r"^The model `dall-e-9` does not exist$")


@check("forms/stream", "stream: true is 400")
def stream(it: It) -> None:
    refused(it.edit(files={"image": file(holed())}, stream="true"), 400)
