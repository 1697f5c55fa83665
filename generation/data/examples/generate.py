import base64
import os

import requests

answer = requests.post(
    os.environ["TESSERA_URL"] + "/images/generations",
    headers={"Authorization": "Bearer " + os.environ["TESSERA_KEY"]},
    json={
        "prompt": "a white siamese cat",
        "size": "512x512",
        "response_format": "b64_json",
    },
    timeout=600,
)
if not answer.ok:
    raise SystemExit(answer.json()["error"]["message"])
with open("cat.png", "wb") as file:
    file.write(base64.b64decode(answer.json()["data"][0]["b64_json"]))
print("cat.png is drawn")
