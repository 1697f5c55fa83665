"""Drives the official Python client of before its first major version: a JSON request a line in, an outcome a line out.

Run by the Python of that client's own environment, so nothing of ours is imported.
"""

import base64
import io
import json
import sys
import tempfile

import openai
from openai.error import OpenAIError


def opened(said):
    content = base64.b64decode(said["content"])
    if said["way"] == "bytes":
        return content
    if said["way"] == "opened":
        file = tempfile.NamedTemporaryFile(suffix=said["name"])  # noqa: SIM115
        file.write(content)
        file.seek(0)
        return file
    named = io.BytesIO(content)
    named.name = said["name"]
    return named


def answer(said):
    openai.api_base, openai.api_key = said["base"], said["key"]
    fields, files = said["fields"], {}
    if said["headers"]:
        return {"cannot": "has no headers of its user's"}
    if said["operation"] == "models":
        return {"answer": openai.Model.list().to_dict_recursive()}
    if said["operation"] == "model":
        return {"answer": openai.Model.retrieve(fields["model"]).to_dict_recursive()}
    if said["operation"] == "generate":
        return {"answer": openai.Image.create(**fields).to_dict_recursive()}
    for name, file in said["files"].items():
        if isinstance(file, list):
            return {"cannot": "takes one file a field"}
        files[name] = opened(file)
    if "image" not in files:
        return {"cannot": "demands an image itself"}
    if any(isinstance(value, float) for value in fields.values()):
        return {"cannot": "puts no fractions into a form"}
    operation = openai.Image.create_edit if said["operation"] == "edit" else openai.Image.create_variation
    return {"answer": operation(**fields, **files).to_dict_recursive()}


def outcome(said):
    try:
        return answer(said)
    except OpenAIError as error:
        body = error.json_body if isinstance(error.json_body, dict) else {}
        inner = body.get("error") if isinstance(body.get("error"), dict) else {}
        return {
            "exception": type(error).__name__,
            "status": error.http_status or 0,
            "code": error.code,
            "param": getattr(error, "param", None) or inner.get("param"),
            "type": inner.get("type"),
            "message": str(error),
        }
    except Exception as error:
        return {"exception": type(error).__name__, "message": str(error)}


print(json.dumps({"version": openai.version.VERSION}), flush=True)
for line in sys.stdin:
    print(json.dumps(outcome(json.loads(line))), flush=True)
