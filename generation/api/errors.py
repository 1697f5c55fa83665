"""Everything that a call can be told instead of its pictures, each as the official clients know it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from math import ceil
from typing import Any

from generation import services
from generation.services import api

INVALID = "invalid_request_error"
# Stops the repeats of clients that repeat by themselves, where repeating cannot help.
NO_REPEAT = {"x-should-retry": "false"}
# Clients take longer waits for a reason to give up.
LONGEST_WAIT = 60


@dataclass
class ApiError(Exception):
    status: int
    message: str
    code: str | None = None
    param: str | None = None
    type: str = INVALID
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> dict[str, Any]:
        return {"error": {"code": self.code, "message": self.message, "param": self.param, "type": self.type}}


def bad(message: str, *, param: str | None = None, code: str | None = None) -> ApiError:
    return ApiError(HTTPStatus.BAD_REQUEST, message, code=code, param=param)


def not_a_png(name: str) -> ApiError:
    return bad(f"Uploaded {name} must be a PNG and less than 4 MB.", param=name)


def bad_picture(name: str, wrong: services.BadUpload) -> ApiError:
    if wrong.reason in ("kind", "broken"):
        return not_a_png(name)
    if wrong.reason != "opaque":
        return bad(f"The {name} cannot be used: {wrong}", param=name)
    lacking = " Send a mask, or an image with transparent parts." if name == "image" else ""
    message = f"The {name} has no transparent part: alpha 0 marks what is to be drawn anew.{lacking}"
    return bad(message, param=name)


def no_key() -> ApiError:
    message = "You didn't provide an API key. Send it in the header Authorization: Bearer YOUR_KEY."
    return ApiError(HTTPStatus.UNAUTHORIZED, message, code="invalid_api_key")


def wrong_key(secret: str) -> ApiError:
    message = f"Incorrect API key provided: {api.masked(secret)}. Keys are made on your account's page of this site."
    return ApiError(HTTPStatus.UNAUTHORIZED, message, code="invalid_api_key")


def frozen(why: str) -> ApiError:
    return ApiError(HTTPStatus.FORBIDDEN, why, code="account_deactivated", headers=NO_REPEAT)


def out_of_scope(scope: str) -> ApiError:
    message = f"This API key may not do that: its permission '{scope}' is missing. Make a key that has it."
    return ApiError(HTTPStatus.FORBIDDEN, message, code="insufficient_permissions", headers=NO_REPEAT)


def no_such_address(method: str, path: str) -> ApiError:
    return ApiError(HTTPStatus.NOT_FOUND, f"Invalid URL ({method} {path})", code="unknown_url")


def wrong_method(method: str, allowed: str) -> ApiError:
    message = f"Not allowed to {method} here. Allowed: {allowed}."
    return ApiError(HTTPStatus.METHOD_NOT_ALLOWED, message, code="method_not_supported", headers={"allow": allowed})


def too_large(most: int) -> ApiError:
    message = f"The request is too large: at most {most // 1_000_000} MB are read."
    return ApiError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message, headers={"connection": "close"})


def no_such_model(name: str) -> ApiError:
    return ApiError(HTTPStatus.NOT_FOUND, f"The model `{name}` does not exist", code="model_not_found", param="model")


def not_there(what: str) -> ApiError:
    return ApiError(HTTPStatus.NOT_FOUND, f"There is no {what} here.")


def policy(*, image: bool) -> ApiError:
    message = "Your request was rejected as a result of our safety system. " + (
        "Your input image may contain content that is not allowed by our safety system."
        if image
        else "Your prompt may contain text that is not allowed by our safety system."
    )
    return ApiError(HTTPStatus.BAD_REQUEST, message, code="content_policy_violation", headers=NO_REPEAT)


def hard_limit() -> ApiError:
    message = "Billing hard limit has been reached"
    return ApiError(HTTPStatus.BAD_REQUEST, message, code="billing_hard_limit_reached", headers=NO_REPEAT)


def quota() -> ApiError:
    message = "You exceeded your current quota, please check your plan and billing details."
    code = "insufficient_quota"
    return ApiError(HTTPStatus.TOO_MANY_REQUESTS, message, code=code, type=code, headers=NO_REPEAT)


def over_rate(over: api.OverRate) -> ApiError:
    limit = over.limit
    message = (
        f"Rate limit exceeded for images per minute. Limit: {limit.most}/1min. Current: {limit.used + over.asked}/1min."
    )
    wait = str(min(LONGEST_WAIT, max(1, ceil(limit.seconds))))
    headers = {"retry-after": wait, **({"x-should-retry": "false"} if over.asked > limit.most else {})}
    return ApiError(HTTPStatus.TOO_MANY_REQUESTS, message, code="rate_limit_exceeded", type="requests", headers=headers)


def idempotency_key_used() -> ApiError:
    message = "This Idempotency-Key came with another request within the last 24 hours (idempotency_key_in_use)."
    return ApiError(HTTPStatus.CONFLICT, message, code="idempotency_key_in_use", headers=NO_REPEAT)


def server_error(
    message: str = "The server had an error while processing your request. You were not charged.",
) -> ApiError:
    return ApiError(HTTPStatus.INTERNAL_SERVER_ERROR, message, type="server_error")
