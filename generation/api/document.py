"""The OpenAPI 3.1 document, from the same tables that requests are checked by."""

from collections.abc import Mapping
from typing import Any

from generation.api import asked
from generation.api.usage import MOST_DAYS
from generation.services import api

Schema = Mapping[str, Any]

JSON = "application/json"
FORM = "multipart/form-data"
TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
UUID: Schema = {"type": "string", "format": "uuid"}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _object(properties: Mapping[str, Schema], *, optional: tuple[str, ...] = ()) -> Schema:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": dict(properties), "required": required}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


ERROR = _object(
    {"error": _object({"code": _or_null(TEXT), "message": TEXT, "param": _or_null(TEXT), "type": TEXT})},
)
IMAGES = _object(
    {
        "created": WHOLE,
        "data": {"type": "array", "items": {"anyOf": [_object({"url": TEXT}), _object({"b64_json": TEXT})]}},
    }
)
MODEL = _object({"id": TEXT, "object": {"const": "model"}, "created": WHOLE, "owned_by": TEXT})
MODELS = _object({"object": {"const": "list"}, "data": {"type": "array", "items": _ref("Model")}})
JOB = _object(
    {
        "id": UUID,
        "object": {"const": "image.job"},
        "kind": TEXT,
        "status": {"enum": ["queued", "in_progress", "completed", "failed", "cancelled"]},
        "created": WHOLE,
        "finished": _or_null(WHOLE),
        "progress": _object({"step": WHOLE, "steps": WHOLE}),
        "n": WHOLE,
        "size": {"enum": list(asked.SIDES)},
        "user": _or_null(TEXT),
        "data": _or_null({"type": "array", "items": _object({"url": TEXT, "seed": WHOLE})}),
        "error": _or_null({"type": "object"}),
    }
)
DAY = _object(
    {
        "object": {"const": "usage.day"},
        "date": {"type": "string", "format": "date"},
        "key": _or_null(WHOLE),
        "key_name": TEXT,
        "calls": WHOLE,
        "images": WHOLE,
        "cost_micro_usd": WHOLE,
    }
)
USAGE = _object(
    {
        "object": {"const": "list"},
        "data": {"type": "array", "items": _ref("UsageDay")},
        "total_micro_usd": WHOLE,
        "balance_micro_usd": WHOLE,
    }
)

PROMPT: Schema = {"type": "string", "minLength": 1, "maxLength": api.PROMPT_LIMIT}
FILE: Schema = {"type": "string", "format": "binary", "description": "A square PNG of less than 4 MB."}
COMMON: Mapping[str, Schema] = {
    "model": _or_null(TEXT),
    "n": _or_null({"type": "integer", "minimum": 1, "maximum": asked.MOST_IMAGES, "default": 1}),
    "size": _or_null({"enum": [*asked.SIDES, "auto"], "default": "1024x1024"}),
    "response_format": _or_null({"enum": list(asked.FORMATS), "default": "url"}),
    "user": _or_null(TEXT),
    "seed": _or_null({"type": "integer", "minimum": 0, "maximum": asked.MOST_SEED}),
}
OPTIONAL = (*COMMON, "mask")
MASK: Schema = {
    **FILE,
    "description": "As large as the image; alpha 0 is drawn anew. Without it, the image's own alpha.",
}
GENERATION = _object({"prompt": PROMPT, **COMMON}, optional=OPTIONAL)
EDIT = _object({"image": FILE, "prompt": PROMPT, "mask": MASK, **COMMON}, optional=OPTIONAL)
VARIATION = _object({"image": FILE, **COMMON}, optional=OPTIONAL)
KIND: Schema = {"enum": ["generation", "edit", "variation"]}
JOB_WISH = _object(
    {"kind": KIND, "prompt": PROMPT, "image": FILE, "mask": MASK, **COMMON}, optional=(*OPTIONAL, "prompt", "image")
)
ID_PARAMETER = {"name": "job", "in": "path", "required": True, "schema": UUID}
KEY_PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same key and request within 24 hours is the same job; another request is 409.",
    "schema": {"type": "string", "maxLength": 255},
}


def document(*, address: str) -> Mapping[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tessera Images API",
            "version": "1",
            "description": "The contract of the retired dall-e-2 Images API, and jobs that nobody has to wait for.",
        },
        "servers": [{"url": address}],
        "security": [{"key": []}],
        "paths": _paths(),
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "Error": ERROR,
                "Images": IMAGES,
                "Job": JOB,
                "Model": MODEL,
                "Models": MODELS,
                "Usage": USAGE,
                "UsageDay": DAY,
            },
        },
    }


def _paths() -> Mapping[str, Any]:
    job = [ID_PARAMETER]
    name = {"name": "name", "in": "path", "required": True, "schema": TEXT}
    days = {"name": "days", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": MOST_DAYS}}
    return {
        "/images/generations": {"post": _act("Pictures of a sentence", "Images", {JSON: GENERATION}, [KEY_PARAMETER])},
        "/images/edits": {"post": _act("A part of a picture drawn anew", "Images", {FORM: EDIT}, [KEY_PARAMETER])},
        "/images/variations": {"post": _act("More of the same", "Images", {FORM: VARIATION}, [KEY_PARAMETER])},
        "/images/jobs": {
            "post": _act(
                "Any of these without waiting", "Job", {JSON: JOB_WISH, FORM: JOB_WISH}, [KEY_PARAMETER], status="202"
            )
        },
        "/images/jobs/{job}": {"get": _act("A job as it stands", "Job", {}, job)},
        "/images/jobs/{job}/cancel": {"post": _act("End a job; its money goes back", "Job", {}, job)},
        "/images/jobs/{job}/events": {"get": _act("A job as it changes: server-sent events", "", {}, job)},
        "/models": {"get": _act("The models", "Models", {}, [])},
        "/models/{name}": {"get": _act("One model", "Model", {}, [name])},
        "/usage": {"get": _act("What was used, by day and key", "Usage", {}, [days])},
    }


def _act(
    summary: str, answer: str, bodies: Mapping[str, Schema], parameters: list[Any], *, status: str = "200"
) -> dict[str, Any]:
    content = {JSON: {"schema": _ref(answer)}} if answer else {"text/event-stream": {"schema": TEXT}}
    made: dict[str, Any] = {
        "summary": summary,
        "parameters": parameters,
        "responses": {
            status: {"description": summary, "content": content},
            "default": {"description": "What went wrong", "content": {JSON: {"schema": _ref("Error")}}},
        },
    }
    if bodies:
        made["requestBody"] = {
            "required": True,
            "content": {kind: {"schema": schema} for kind, schema in bodies.items()},
        }
    return made
