"""Sentences into pictures: every field, every rule of it."""

from functools import partial
from typing import Any

from ..check import PROMPT, It, check, delivered, expect, refused, understood_or_refused

SIZES = ("256x256", "512x512", "1024x1024")
SMALL = "256x256"


@check("generations/sentence-alone", "prompt: required; n, size and response_format have defaults; model: default")
def sentence_alone(it: It) -> None:
    delivered(it.generate(), count=1, size=1024)


def of_size(it: It, size: str) -> None:
    delivered(it.generate(size=size), size=int(size.partition("x")[0]))


for size in SIZES:
    check(f"generations/size-{size}", "size: 256x256, 512x512, 1024x1024")(partial(of_size, size=size))


@check("generations/size-auto", "size: auto means 1024")
def size_auto(it: It) -> None:
    delivered(it.generate(size="auto"), size=1024)


@check("generations/null-everywhere", "model, n, size, response_format: null is fine; others ignored when null")
def null_everywhere(it: It) -> None:
    fields = ("model", "n", "size", "response_format", "user", "quality", "style")
    delivered(it.generate(**dict.fromkeys(fields)), count=1, size=1024)


@check("generations/null-in-newer-fields", "ignore background, moderation, output_* when null")
def null_in_newer_fields(it: It) -> None:
    fields = ("background", "moderation", "output_format", "output_compression", "safety_identifier")
    delivered(it.generate(size=SMALL, **dict.fromkeys(fields)), size=256)


@check("generations/others-auto", "ignore quality, style, background, moderation when auto or standard")
def others_auto(it: It) -> None:
    fields = {"quality": "standard", "style": "auto", "background": "auto", "moderation": "auto"}
    delivered(it.generate(size=SMALL, **fields), size=256)


@check("generations/others-auto-too", "ignore quality and output_* when auto")
def others_auto_too(it: It) -> None:
    delivered(it.generate(size=SMALL, quality="auto", output_format="auto"), size=256)


@check("generations/n-3", "n: 1 to 10")
def three(it: It) -> None:
    pictures = delivered(it.generate(size=SMALL, n=3), count=3, size=256)
    expect(len(set(pictures)) == 3, "three times the same picture")


@check("generations/n-10", "n: 1 to 10", every_client=False)
def ten(it: It) -> None:
    delivered(it.generate(size=SMALL, n=10), count=10, size=256)


@check("generations/n-as-text", 'n="3": be generous with what can be understood')
def n_as_text(it: It) -> None:
    understood_or_refused(it.generate(size=SMALL, n="3"), count=3, param="n")


@check("generations/b64_json", "response_format: b64_json")
def b64_json(it: It) -> None:
    delivered(it.generate(size=SMALL, response_format="b64_json", n=2), count=2, size=256, form="b64_json")


@check("generations/url", "response_format: url")
def url(it: It) -> None:
    delivered(it.generate(size=SMALL, response_format="url"), size=256)


@check("generations/model-named", "model: dall-e-2")
def model_named(it: It) -> None:
    delivered(it.generate(size=SMALL, model="dall-e-2"), size=256)


@check("generations/model-unknown", "404 model_not_found: The model `x` does not exist")
def model_unknown(it: It) -> None:
    outcome = it.generate(model="dall-e-9")
    refused(outcome, 404, code="model_not_found", message=r"^The model `dall-e-9` does not exist$")


@check("generations/user", "user: optional end-user tag; also safety_identifier")
def user(it: It) -> None:
    delivered(it.generate(size=SMALL, user="customer-17"), size=256)
    delivered(it.generate(size=SMALL, safety_identifier="customer-18"), size=256)


@check("generations/size-empty", "size: empty is no size; be generous with what can be understood")
def size_empty(it: It) -> None:
    understood_or_refused(it.generate(size=""), size=1024)


@check("generations/stream", "stream: true is 400")
def stream(it: It) -> None:
    refused(it.generate(stream=True), 400)


@check("generations/unknown-field", "unknown fields: contract answers")
def unknown_field(it: It) -> None:
    understood_or_refused(it.generate(size=SMALL, colour_of_the_frame="green"))


def in_words(it: It, prompt: str) -> None:
    delivered(it.generate(prompt=prompt, size=SMALL), size=256)


for words, prompt in (
    ("emoji", "🦊 reading a 🗺️ under a 🌈"),
    ("chinese", "一只戴着红帽子的猫"),
    ("right-to-left", "قطة ترتدي قبعة حمراء"),
    ("combining", "e\u0301tude of a cafe\u0301 in Zu\u0308rich"),
    ("one-character", "x"),
    ("lines-and-quotes", 'two lines:\n"a fox"\tand a \\ backslash'),
    ("1000-characters", ("a fox and " * 100)[:1000]),
    ("1000-emoji", "🦊" * 1000),
):
    check(f"generations/prompt-{words}", "prompt: 1 to 1000 characters")(partial(in_words, prompt=prompt))


def too_long(it: It, length: int) -> None:
    words = rf"Prompt must be length 1000 or less\. Your prompt length is {length}\. Please reduce your prompt length\."
    refused(it.generate(prompt=("a fox and " * 1000)[:length]), 400, code=None, message=words)


for length in (1001, 1192, 10_000):
    check(f"generations/prompt-of-{length}", "400: Prompt must be length 1000 or less …")(
        partial(too_long, length=length)
    )


def bad_prompt(it: It, prompt: Any) -> None:
    refused(it.generate(prompt=prompt), 400, code=None)


for name, wrong in (("empty", ""), ("null", None), ("number", 7), ("list", [PROMPT]), ("object", {"text": PROMPT})):
    check(f"generations/prompt-{name}", "prompt: required, text of 1 to 1000 characters")(
        partial(bad_prompt, prompt=wrong)
    )


@check("generations/prompt-absent", "prompt: required", every_client=False)
def prompt_absent(it: It) -> None:
    exchange = it.send("POST", "/images/generations", b'{"n": 1}', {"Content-Type": "application/json"})
    expect(exchange.status == 400, f"expected 400; got {exchange.words()}")


@check("generations/n-11", "400: 11 is greater than the maximum of 10 - 'n'")
def eleven(it: It) -> None:
    refused(it.generate(n=11), 400, code=None, message=r"^11 is greater than the maximum of 10 - 'n'")


@check("generations/n-0", "n: 1 to 10; n=0 is 400 in the same words")
def none_at_all(it: It) -> None:
    refused(it.generate(n=0), 400, code=None, message=r"^0 is less than the minimum of 1 - 'n'")


def bad_n(it: It, n: Any) -> None:
    refused(it.generate(n=n, size=SMALL), 400, code=None)


for n in (-1, 1.5, "many", True, [1], 10**30):
    name = str(n) if n != 10**30 else "huge"
    check(f"generations/n-{name}", "n: 1 to 10")(partial(bad_n, n=n))


@check("generations/size-300x300", "400: '300x300' is not one of ['256x256', '512x512', '1024x1024'] - 'size'")
def size_unknown(it: It) -> None:
    words = r"^'300x300' is not one of \['256x256', '512x512', '1024x1024'\] - 'size'"
    refused(it.generate(size="300x300"), 400, code=None, message=words)


def bad_field(it: It, field: str, value: Any) -> None:
    refused(it.generate(**{field: value}), 400, code=None)


for field, value in (
    ("size", 1024),
    ("size", "256X256"),
    ("response_format", "png"),
    ("response_format", 1),
    ("response_format", ["url"]),
):
    said = str(value)
    check(f"generations/{field}-{said}", f"{field}: one of its values")(partial(bad_field, field=field, value=value))
