"""What stands around the pictures: headers, addresses, keys, models, and errors whoever raises them."""

import re
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import requests

from ..asks import Exchange
from ..check import ANY, PROMPT, It, alive, check, delivered, expect, is_error, is_png, refused, urls
from ..pictures import file, holed, png, scene
from ..raw import form

SMALL = "256x256"
JSON = {"Content-Type": "application/json"}


def with_usual_headers(exchange: Exchange) -> None:
    for name in ("x-request-id", "openai-processing-ms"):
        expect(exchange.headers.get(name), f"expected {name} on {exchange.words()}")
    took = exchange.headers["openai-processing-ms"]
    expect(took.isdigit(), f"expected whole milliseconds; got openai-processing-ms {took!r}")


@check("headers/on-pictures", "x-request-id and openai-processing-ms on every reply; x-ratelimit-…-requests")
def on_pictures(it: It) -> None:
    first, second = it.generate(size=SMALL), it.generate(size=SMALL)
    for outcome in (first, second):
        delivered(outcome, size=256, download=False)
        with_usual_headers(outcome.last)
        for name in ("limit", "remaining", "reset"):
            said = outcome.last.headers.get(f"x-ratelimit-{name}-requests")
            expect(said, f"expected x-ratelimit-{name}-requests; got {sorted(outcome.last.headers)}")
            expect(name == "reset" or (said or "").isdigit(), f"x-ratelimit-{name}-requests is {said!r}")
    ids = {outcome.last.headers["x-request-id"] for outcome in (first, second)}
    expect(len(ids) == 2, "two requests with one x-request-id")


@check("headers/on-errors", "x-request-id and openai-processing-ms on every reply")
def on_errors(it: It) -> None:
    for outcome in (it.generate(n=11), it.generate(key="sk-nobody"), it.model("no-such-model")):
        expect(outcome.exception, f"expected an error; got {outcome.words()}")
        with_usual_headers(outcome.last)


@check("headers/on-models", "x-request-id and openai-processing-ms on every reply")
def on_models(it: It) -> None:
    with_usual_headers(it.models().last)


@check("headers/organisation", "OpenAI-Organization and OpenAI-Project are accepted and ignored")
def organisation(it: It) -> None:
    headers = {"OpenAI-Organization": "org-nobody", "OpenAI-Project": "proj_nothing"}
    delivered(it.generate(size=SMALL, headers=headers), size=256, download=False)


@check("answers/both-keys", '{"created": …, "data": [{"url": …}]}; both top-level keys always')
def both_keys(it: It) -> None:
    for form_ in ("url", "b64_json"):
        outcome = it.generate(size=SMALL, response_format=form_)
        delivered(outcome, size=256, form=form_)
        expect(abs(outcome.last.json["created"] - time.time()) < 600, f"created is {outcome.last.json['created']}")


@check("answers/no-squares", "API images carry no visible signature by default")
def no_squares(it: It) -> None:
    (content,) = delivered(it.generate(size="512x512"), size=512)
    picture, side = is_png(content, size=512).convert("RGB"), 512 // 64
    blocks = [picture.crop((512 - side * (5 - n), 512 - side, 512 - side * (4 - n), 512)) for n in range(5)]
    colours = [block.getcolors() for block in blocks]
    flat = [found[0][1] for found in colours if found is not None and len(found) == 1]
    expect(len(set(flat)) < 5, "five flat squares of different colours stand bottom right")


@check("addresses/without-a-key", "url: default, valid 60 minutes")
def without_a_key(it: It) -> None:
    first = it.generate(size=SMALL, n=2)
    found = urls(first) if not first.exception else []
    delivered(first, count=2, size=256)
    expect(len(set(found)) == 2, "two pictures with one address")
    expect(all(urlsplit(url).scheme in ("http", "https") for url in found), f"expected whole addresses; got {found}")


@check("addresses/altered", "Signed addresses: not to be guessed or prolonged")
def altered(it: It) -> None:
    outcome = it.generate(size=SMALL)
    delivered(outcome, size=256)
    parts = urlsplit(urls(outcome)[0])
    words = parse_qsl(parts.query, keep_blank_values=True)
    expect(words or len(parts.path) > 20, f"expected something unguessable; got {urls(outcome)[0]}")
    tried = [parts._replace(query="")] if words else []
    for number, (_name, value) in enumerate(words):
        for other in (value + "0", value[:-1] + ("0" if value[-1:] != "0" else "1")):
            changed = [(n, other if place == number else v) for place, (n, v) in enumerate(words)]
            tried.append(parts._replace(query=urlencode(changed)))
    if not words:
        tried.append(parts._replace(path=parts.path[:-8] + "0" * 8))
    for one in tried:
        answer = requests.get(urlunsplit(one), timeout=30)
        expect(
            answer.status_code in (400, 401, 403, 404, 410), f"{answer.status_code} for the altered {urlunsplit(one)}"
        )


@check("addresses/an-hour", "valid 60 minutes: what the address says of its end is an hour away")
def an_hour(it: It) -> None:
    outcome = it.generate(size=SMALL)
    delivered(outcome, size=256)
    seconds = [int(found) for found in re.findall(r"(?<!\d)1[6-9]\d{8}(?!\d)|(?<!\d)2\d{9}(?!\d)", urls(outcome)[0])]
    ahead = [found - time.time() for found in seconds if found > time.time()]
    if seconds:
        expect(ahead and abs(max(ahead) - 3600) < 300, f"expected an end in 3600 s; the address says {ahead}")
        answer = requests.get(urls(outcome)[0].replace(str(max(seconds)), str(max(seconds) + 3600)), timeout=30)
        expect(
            answer.status_code in (400, 401, 403, 404, 410), f"{answer.status_code} for an address prolonged by hand"
        )
    lasts = requests.get(urls(outcome)[0], timeout=30).headers.get("cache-control", "")
    ages = [int(age) for age in re.findall(r"max-age=(\d+)", lasts)]
    expect(all(age <= 3600 for age in ages), f"caches may keep it longer than it lives: {lasts}")


@check("addresses/dead-after-an-hour", "valid 60 minutes", needs=["dead address"], every_client=False)
def dead(it: It) -> None:
    answer = requests.get(it.operator.take("dead address"), timeout=30)
    expect(answer.status_code in (401, 403, 404, 410), f"expected a refusal; got {answer.status_code}")


@check("models/list", "GET /v1/models: list dall-e-2 and the engines")
def models(it: It) -> None:
    outcome = it.models()
    expect(not outcome.exception, f"expected a list; got {outcome.words()}")
    said = outcome.last.json
    expect(said.get("object") == "list" and isinstance(said.get("data"), list), f"expected a list; got {said}")
    for entry in said["data"]:
        expect({"id", "object", "created", "owned_by"} <= set(entry) and entry["object"] == "model", f"got {entry}")
    names = [entry["id"] for entry in outcome.answer["data"]]
    expect("dall-e-2" in names and len(names) > 1, f"expected dall-e-2 and the engines; got {names}")


@check("models/one", "GET /v1/models/dall-e-2")
def one_model(it: It) -> None:
    outcome = it.model("dall-e-2")
    expect(not outcome.exception, f"expected a model; got {outcome.words()}")
    expect(outcome.answer["id"] == "dall-e-2", f"got {outcome.answer}")


@check("models/unknown", "404 model_not_found")
def unknown_model(it: It) -> None:
    refused(it.model("dall-e-9"), 404, code="model_not_found")


@check("keys/unknown", "401 invalid_api_key: Incorrect API key provided: sk-ab…9f.")
def unknown_key(it: It) -> None:
    key = "sk-ab1234567890abcdefghijklmnopqrstuvwxyz7d9f"
    outcome = it.generate(key=key)
    refused(outcome, 401, code="invalid_api_key", message=r"^Incorrect API key provided: sk-ab.*9f\.")
    expect(key not in outcome.message, "the whole key stands in the message")


@check("keys/unknown-on-forms", "401 invalid_api_key")
def unknown_key_on_forms(it: It) -> None:
    refused(it.edit(files={"image": file(holed())}, key="sk-nobody1234567890"), 401, code="invalid_api_key")
    refused(it.vary(image=file(scene()), key="sk-nobody1234567890"), 401, code="invalid_api_key")


@check("keys/unknown-on-models", "401 invalid_api_key")
def unknown_key_on_models(it: It) -> None:
    refused(it.models(key="sk-nobody1234567890"), 401, code="invalid_api_key")


def bad_authorization(it: It, said: str | None) -> None:
    headers = {} if said is None else {"Authorization": said.format(key=it.key)}
    for path in ("/images/generations", "/models"):
        method = "GET" if path == "/models" else "POST"
        exchange = it.raw.send(method, path, b'{"prompt": "x"}' if method == "POST" else None, {**JSON, **headers})
        is_error(exchange, 401)
        with_usual_headers(exchange)


for name, said in (
    ("absent", None),
    ("basic", "Basic c2s6c2s="),
    ("empty", "Bearer "),
    ("no-scheme", "{key}"),
    ("spaces", "Bearer sk- a b"),
    ("very-long", "Bearer sk-" + "a" * 6000),
    ("latin", "Bearer sk-\xe9\xe8"),
    ("html", "Bearer <script>alert(1)</script>"),
    ("null-byte-escaped", "Bearer sk-%00%27--"),
):
    check(f"keys/{name}", "401 for whatever is no key", every_client=False)(partial(bad_authorization, said=said))


@check("keys/in-the-query", "Authorization: Bearer sk-…, and nowhere else", every_client=False)
def key_in_the_query(it: It) -> None:
    is_error(it.raw.send("GET", f"/models?api_key={it.key}&key={it.key}"), 401)


@check("policy/sentence", "400 content_policy_violation: Your request was rejected as a result of our safety system …")
def refused_sentence(it: It) -> None:
    outcome = it.generate(prompt=it.refused_prompt, size=SMALL, repeats=2)
    words = (
        r"Your request was rejected as a result of our safety system\. "
        r"Your prompt may contain text that is not allowed by our safety system\."
    )
    refused(outcome, 400, code="content_policy_violation", message=words)
    expect(outcome.last.headers.get("x-should-retry") == "false", "expected x-should-retry: false")
    expect(len(outcome.exchanges) == 1, f"the client asked {len(outcome.exchanges)} times")


@check("policy/sentence-of-an-edit", "400 content_policy_violation")
def refused_edit(it: It) -> None:
    outcome = it.edit(files={"image": file(holed())}, prompt=it.refused_prompt, size=SMALL)
    refused(outcome, 400, code="content_policy_violation")


@check(
    "policy/picture", "400 content_policy_violation: Your input image may contain content …", needs=["refused picture"]
)
def refused_picture(it: It) -> None:
    picture = Path(it.operator.take("refused picture")).read_bytes()
    outcome = it.vary(image=file(picture), size=SMALL, repeats=2)
    words = r"Your input image may contain content that is not allowed by our safety system\."
    refused(outcome, 400, code="content_policy_violation", message=words)
    expect(outcome.last.headers.get("x-should-retry") == "false", "expected x-should-retry: false")
    expect(len(outcome.exchanges) == 1, f"the client asked {len(outcome.exchanges)} times")


def nowhere(it: It, method: str, path: str, status: int) -> None:
    body = b"{}" if method in ("POST", "PUT", "PATCH") else None
    exchange = it.send(method, path, body, JSON)
    is_error(exchange, status, type=ANY)
    with_usual_headers(exchange)


for name, method, path, status in (
    ("unknown-path", "GET", "/nothing", 404),
    ("unknown-path-posted", "POST", "/images/upscales", 404),
    ("base", "GET", "/", 404),
    ("deep", "POST", "/images/generations/1/2/3", 404),
    ("dots", "GET", "/images/%2e%2e/%2e%2e/etc", 404),
    ("get-generations", "GET", "/images/generations", 405),
    ("put-generations", "PUT", "/images/generations", 405),
    ("delete-edits", "DELETE", "/images/edits", 405),
    ("patch-variations", "PATCH", "/images/variations", 405),
    ("post-models", "POST", "/models", 405),
):
    check(f"routes/{name}", "Everything under /v1 answers JSON, also 404 and 405", every_client=False)(
        partial(nowhere, method=method, path=path, status=status)
    )


def body_of(it: It, path: str, body: bytes, headers: Mapping[str, str]) -> None:
    exchange = it.send("POST", path, body, headers)
    is_error(exchange, (400, 413, 415, 422))
    with_usual_headers(exchange)
    alive(it)


SAID = f'{{"prompt": "{PROMPT}", "size": "256x256"}}'.encode()
FORM, FORM_TYPE = form({"prompt": PROMPT, "size": SMALL}, {"image": file(png(holed()))})
for name, path, body, headers in (
    ("broken-json", "/images/generations", SAID[:-4], JSON),
    ("json-list", "/images/generations", b"[1, 2]", JSON),
    ("json-text", "/images/generations", b'"a fox"', JSON),
    ("json-null", "/images/generations", b"null", JSON),
    ("json-number", "/images/generations", b"1e400", JSON),
    ("empty", "/images/generations", b"", JSON),
    ("not-utf-8", "/images/generations", b'{"prompt": "\xff\xfe fox"}', JSON),
    ("lone-surrogate", "/images/generations", b'{"prompt": "\\ud83e"}', JSON),
    ("null-byte", "/images/generations", b'{"prompt": "a\\u0000fox", "n": 99}', JSON),
    ("deep", "/images/generations", b"[" * 200_000, JSON),
    ("deep-inside", "/images/generations", b'{"prompt": "x", "n": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", JSON),
    ("not-a-number", "/images/generations", b'{"prompt": "x", "n": NaN}', JSON),
    ("million-digits", "/images/generations", b'{"prompt": "x", "n": ' + b"9" * 1_000_000 + b"}", JSON),
    ("json-to-edits", "/images/edits", SAID, JSON),
    ("json-to-variations", "/images/variations", SAID, JSON),
    ("urlencoded-to-edits", "/images/edits", b"prompt=x", {"Content-Type": "application/x-www-form-urlencoded"}),
    ("bare-png-to-variations", "/images/variations", png(scene()), {"Content-Type": "image/png"}),
    ("no-boundary", "/images/edits", FORM, {"Content-Type": "multipart/form-data"}),
    ("empty-boundary", "/images/edits", FORM, {"Content-Type": "multipart/form-data; boundary="}),
    ("other-boundary", "/images/edits", FORM, {"Content-Type": "multipart/form-data; boundary=other"}),
    ("long-boundary", "/images/edits", FORM, {"Content-Type": "multipart/form-data; boundary=" + "b" * 3000}),
    ("form-cut", "/images/edits", FORM[:-900], {"Content-Type": FORM_TYPE}),
    ("form-empty", "/images/edits", b"", {"Content-Type": FORM_TYPE}),
    ("form-of-9-MB", "/images/edits", FORM + b"." * 9_000_000, {"Content-Type": FORM_TYPE + "x"}),
    ("json-of-30-MB", "/images/generations", b'{"prompt": "' + b"a" * 30_000_000 + b'"}', JSON),
    ("compressed", "/images/generations", b"\x1f\x8b\x08\x00", {**JSON, "Content-Encoding": "gzip"}),
):
    check(
        f"bodies/{name}", "wrong content types, missing boundary, broken bodies: contract answers", every_client=False
    )(partial(body_of, path=path, body=body, headers=headers))
