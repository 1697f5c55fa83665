"""Forms and bodies as odd libraries write them, which are right all the same; and requests that end too soon."""

from collections.abc import Sequence

from ..asks import Ask, Exchange, Outcome
from ..check import PROMPT, It, alive, check, delivered, expect, is_error
from ..pictures import file, heavy, holed, png
from ..raw import BOUNDARY, form, piece, together

SMALL = "256x256"
PICTURE = png(holed())
USUAL = (
    piece("prompt", PROMPT.encode()),
    piece("size", SMALL.encode()),
    piece("image", PICTURE, filename="picture.png", type="image/png"),
)


def edited(it: It, pieces: Sequence[bytes], *, body: bytes | None = None, kind: str | None = None) -> None:
    """An edit by these pieces of a form is drawn."""
    sent = together(pieces) if body is None else body
    drawn(it.send("POST", "/images/edits", sent, {"Content-Type": kind or f"multipart/form-data; boundary={BOUNDARY}"}))


def drawn(exchange: Exchange) -> None:
    expect(exchange.status == 200, f"expected 200; got {exchange.words()}")
    delivered(Outcome(ask=Ask(operation="edit"), answer=exchange.json, exchanges=[exchange]), size=256)


def odd(name: str):
    return check(f"oddities/{name}", "multipart oddities: be generous with what can be understood", every_client=False)


@odd("files-first")
def files_first(it: It) -> None:
    edited(it, USUAL[::-1])


@odd("quoted-boundary")
def quoted_boundary(it: It) -> None:
    edited(it, USUAL, kind=f'Multipart/Form-Data; charset=utf-8; boundary="{BOUNDARY}"')


@odd("dashes-in-the-boundary")
def dashes(it: It) -> None:
    boundary = "-" * 24 + "0123456789'()+_,./:=?"
    edited(it, (), body=together(USUAL, boundary=boundary), kind=f'multipart/form-data; boundary="{boundary}"')


@odd("words-before-and-after")
def words_around(it: It) -> None:
    edited(it, (), body=b"This is a form.\r\n" + together(USUAL) + b"\r\nThat was a form.\r\n")


@odd("no-type-of-the-part")
def no_type(it: It) -> None:
    edited(it, (*USUAL[:2], piece("image", PICTURE, filename="picture.png")))


@odd("empty-file-name")
def empty_name(it: It) -> None:
    edited(it, (*USUAL[:2], piece("image", PICTURE, filename="", type="image/png")))


@odd("encoded-file-name")
def encoded_name(it: It) -> None:
    head = b'Content-Disposition: form-data; name="image"; filename="x.png"; filename*=UTF-8\'\'%E5%9B%BE.png\r\n'
    edited(it, (*USUAL[:2], head + b"Content-Type: image/png\r\n\r\n" + PICTURE))


@odd("headers-in-capitals")
def capitals(it: It) -> None:
    head = b'CONTENT-TYPE: image/png\r\nCONTENT-DISPOSITION: form-data; name="image"; filename="x.png"\r\n\r\n'
    edited(it, (*USUAL[:2], head + PICTURE))


@odd("typed-fields")
def typed_fields(it: It) -> None:
    typed = [
        piece("prompt", PROMPT.encode(), type="text/plain; charset=utf-8"),
        piece("n", b"1", type="application/json"),
    ]
    edited(it, (*typed, *USUAL[1:]))


@odd("transfer-encoding-of-the-part")
def transfer_encoding(it: It) -> None:
    head = b'Content-Disposition: form-data; name="prompt"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n'
    edited(it, (head + "ein Leuchtturm für Füchse".encode(), *USUAL[1:]))


@odd("image-in-brackets")
def brackets(it: It) -> None:
    edited(it, (*USUAL[:2], piece("image[]", PICTURE, filename="picture.png", type="image/png")))


@odd("unknown-part")
def unknown_part(it: It) -> None:
    """Understood or refused, and never a fault of the server."""
    body = together((*USUAL, piece("colour", b"green")))
    exchange = it.send("POST", "/images/edits", body, {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"})
    drawn(exchange) if exchange.status == 200 else is_error(exchange, 400)


@odd("two-images-with-one-name")
def two_with_one_name(it: It) -> None:
    body = together((*USUAL, USUAL[2]))
    is_error(it.send("POST", "/images/edits", body, {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}), 400)


@odd("image-and-image[]")
def both_names(it: It) -> None:
    body = together((*USUAL, piece("image[]", PICTURE, filename="picture.png", type="image/png")))
    is_error(it.send("POST", "/images/edits", body, {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}), 400)


@odd("image-as-a-field")
def image_as_a_field(it: It) -> None:
    body = together((*USUAL[:2], piece("image", b"iVBORw0KGgo=")))
    exchange = it.send("POST", "/images/edits", body, {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"})
    is_error(exchange, 400, param="image")


@odd("prompt-as-a-file")
def prompt_as_a_file(it: It) -> None:
    body = together((piece("prompt", PROMPT.encode(), filename="prompt.txt", type="text/plain"), *USUAL[1:]))
    exchange = it.send("POST", "/images/edits", body, {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"})
    drawn(exchange) if exchange.status == 200 else is_error(exchange, 400)


@odd("thousand-fields")
def thousand_fields(it: It) -> None:
    body = together([piece(f"field{number}", b"1") for number in range(3000)])
    is_error(
        it.send("POST", "/images/edits", body, {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}),
        (400, 413),
    )
    alive(it)


@odd("chunked")
def chunked(it: It) -> None:
    """As a client sends that streams a file without knowing its length."""
    body, kind = form({"prompt": PROMPT, "size": SMALL}, {"image": file(holed())})
    headers = {"Authorization": f"Bearer {it.key}", "Content-Type": kind, "Transfer-Encoding": "chunked"}
    pieces = [body[at : at + 1000] for at in range(0, len(body), 1000)]
    framed = b"".join(b"%x\r\n%s\r\n" % (len(one), one) for one in pieces) + b"0\r\n\r\n"
    head = it.raw.head("POST", "/images/edits", headers)
    drawn(it.raw.spoken("POST", "/images/edits", head + framed))


@odd("continue-is-awaited")
def awaits_continue(it: It) -> None:
    """curl asks before it sends more than a megabyte. The picture is sent whatever the server says."""
    body, kind = form({"prompt": PROMPT, "size": SMALL}, {"image": file(heavy(2_000_000))})
    headers = {"Authorization": f"Bearer {it.key}", "Content-Type": kind, "Content-Length": str(len(body))}
    head = it.raw.head("POST", "/images/edits", {**headers, "Expect": "100-continue"})
    drawn(it.raw.spoken("POST", "/images/edits", head + body))


@odd("byte-order-mark")
def byte_order_mark(it: It) -> None:
    body = b"\xef\xbb\xbf" + f'{{"prompt": "{PROMPT}", "size": "256x256"}}'.encode()
    exchange = it.send("POST", "/images/generations", body, {"Content-Type": "application/json; charset=utf-8"})
    drawn(exchange) if exchange.status == 200 else is_error(exchange, 400)


@odd("form-to-generations")
def form_to_generations(it: It) -> None:
    body, kind = form({"prompt": PROMPT, "size": SMALL, "n": 1}, {})
    exchange = it.send("POST", "/images/generations", body, {"Content-Type": kind})
    drawn(exchange) if exchange.status == 200 else is_error(exchange, (400, 415))


@odd("json-without-a-type")
def json_without_a_type(it: It) -> None:
    """People forget the header; what they mean can be understood, or be said to lack it."""
    body = f'{{"prompt": "{PROMPT}", "size": "256x256"}}'.encode()
    for headers in ({}, {"Content-Type": "text/plain"}, {"Content-Type": "application/x-www-form-urlencoded"}):
        exchange = it.send("POST", "/images/generations", body, headers)
        drawn(exchange) if exchange.status == 200 else is_error(exchange, (400, 415))


def cut(it: It, path: str, body: bytes, kind: str) -> None:
    """Half a body under the length of a whole one, and then the end."""
    headers = {"Authorization": f"Bearer {it.key}", "Content-Type": kind, "Content-Length": str(len(body))}
    for share in (0, 0.5, 0.99):
        sent = it.raw.head("POST", path, headers) + body[: int(len(body) * share)]
        exchange = it.raw.spoken("POST", path, sent, ending=True, timeout=20)
        expect(exchange.status < 500, f"expected no fault of the server; got {exchange.words()}")
        expect(exchange.status != 200, f"pictures for {share:.0%} of a request")
    alive(it)


@check("bodies/cut-json", "a body cut in the middle", every_client=False)
def cut_json(it: It) -> None:
    cut(it, "/images/generations", f'{{"prompt": "{PROMPT}", "size": "256x256"}}'.encode(), "application/json")


@check("bodies/cut-form", "a body cut in the middle", every_client=False)
def cut_form(it: It) -> None:
    body, kind = form({"prompt": PROMPT, "size": SMALL}, {"image": file(heavy(300_000))})
    cut(it, "/images/edits", body, kind)
