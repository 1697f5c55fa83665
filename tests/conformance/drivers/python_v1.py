"""Drives the official Python client of every major version since the first: a JSON request a line in, a JSON outcome a
line out. What a version has no word for goes in by `extra_body`, as its users do it.

Run by the Python of that client's own environment, so nothing of ours is imported.
"""

import base64
import inspect
import json
import sys
import tempfile

import openai

# Since then `images.edit` takes a list of images.
LISTS_SINCE = (1, 76)
VERSION = tuple(int(part) for part in openai.__version__.split(".")[:2])


def opened(said):
    if isinstance(said, list):
        return [opened(file) for file in said]
    content = base64.b64decode(said["content"])
    if said["way"] == "bytes":
        return content
    if said["way"] == "opened":
        file = tempfile.NamedTemporaryFile(suffix=said["name"])  # noqa: SIM115
        file.write(content)
        file.seek(0)
        return open(file.name, "rb")
    return (said["name"], content, said["type"])


def answer(said):
    with openai.OpenAI(
        base_url=said["base"],
        api_key=said["key"],
        max_retries=said["repeats"],
        timeout=said["timeout"],
        default_headers=said["headers"],
    ) as client:
        if said["operation"] == "models":
            return {"answer": client.models.list().model_dump()}
        if said["operation"] == "model":
            return {"answer": client.models.retrieve(said["fields"]["model"]).model_dump()}
        if VERSION < LISTS_SINCE and any(isinstance(file, list) for file in said["files"].values()):
            return {"cannot": "takes one file a field"}
        operation = {
            "generate": client.images.generate,
            "edit": client.images.edit,
            "vary": client.images.create_variation,
        }[said["operation"]]
        known = set(inspect.signature(operation).parameters)
        given = {**said["fields"], **{name: opened(file) for name, file in said["files"].items()}}
        demanded = {"edit": {"image", "prompt"}, "vary": {"image"}, "generate": {"prompt"}}[said["operation"]]
        if demanded - set(given):
            return {"cannot": f"demands {', '.join(sorted(demanded - set(given)))} itself"}
        plain = {name: value for name, value in given.items() if name in known}
        extra = {name: value for name, value in given.items() if name not in known}
        return {"answer": operation(**plain, extra_body=extra or None).model_dump()}


def outcome(said):
    try:
        return answer(said)
    except openai.APIStatusError as error:
        return {
            "exception": type(error).__name__,
            "status": error.status_code,
            "code": getattr(error, "code", None),
            "param": getattr(error, "param", None),
            "type": getattr(error, "type", None),
            "message": str(error),
        }
    except Exception as error:
        return {"exception": type(error).__name__, "message": str(error)}


print(json.dumps({"version": openai.__version__}), flush=True)
for line in sys.stdin:
    print(json.dumps(outcome(json.loads(line))), flush=True)
