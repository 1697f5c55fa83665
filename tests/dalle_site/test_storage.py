"""Pictures in a bucket: the same acts as in a folder, over S3's protocol against a server of this run."""

import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
import requests
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Person
from dalle_site import environment as env
from generation import services
from generation.models import Picture, Upload
from tests.generation.steps import FOUR, claimed, lose_lease
from tests.site import free_port, wait_until


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    log = (tmp_path_factory.mktemp("store") / "log").open("wb")
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "AWS_EC2_METADATA_DISABLED": "true"})
    wait_until(lambda: requests.get(f"http://127.0.0.1:{port}/moto-api/", timeout=1).ok, what="the store")
    yield f"127.0.0.1:{port}"
    server.kill()
    server.wait()
    log.close()


@pytest.fixture
def bucket(store: str, settings: Settings, tmp_path: Path) -> None:
    keys = {"aws_access_key_id": "KEY", "aws_secret_access_key": "SECRET", "region_name": "us-east-1"}
    boto3.client("s3", endpoint_url=f"http://{store}", **keys).create_bucket(Bucket="pictures")
    address = env.storage(f"s3://KEY:SECRET@{store}/pictures?tls=0&region=us-east-1")
    settings.STORAGES = {**settings.STORAGES, "default": address}


@pytest.mark.usefixtures("bucket")
def test_a_job_is_delivered_and_seen(alice: Person, as_alice: Client) -> None:
    died = claimed(alice)
    folder = f"pictures/{str(died.job_id)[:2]}/{died.job_id}"
    default_storage.save(f"{folder}/{died.attempt}-0.png", ContentFile(b"of an attempt that died"))
    lose_lease(died)
    services.sweep()
    claim = services.claim_drawing()
    assert claim is not None
    assert services.deliver(claim, pictures=FOUR)
    picture = Picture.objects.get(job_id=claim.job_id, index=1)
    assert as_alice.get(f"/pictures/{picture.pk}/file.png").content == FOUR[1]
    assert as_alice.get(services.address_of(picture.small)).content.startswith(b"RIFF")
    assert len(default_storage.listdir(folder)[1]) == 12


@pytest.mark.usefixtures("bucket")
def test_a_file_that_is_gone_is_not_there(alice: Person, as_alice: Client) -> None:
    claim = claimed(alice)
    assert services.deliver(claim, pictures=FOUR)
    picture = Picture.objects.get(job_id=claim.job_id, index=0)
    default_storage.delete(picture.file)
    assert as_alice.get(f"/pictures/{picture.pk}/file.png").status_code == 404


@pytest.mark.usefixtures("bucket")
def test_an_export_goes_in_and_out_in_parts(alice: Person, as_stranger: Client) -> None:
    large = os.urandom(7_000_000)  # more than the store is sent at once
    upload = Upload(person=alice, sha256="1", small="", file=default_storage.save("u.png", ContentFile(large)))
    upload.consent_at = timezone.now()
    upload.save()
    export = services.start_export(person=alice)
    assert services.export_next()
    export.refresh_from_db()
    assert export.status == "ready", export.error
    answer = as_stranger.get(services.export_address(export))
    whole = b"".join(answer.streaming_content)
    assert len(whole) == export.size == int(answer["Content-Length"])
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert archive.testzip() is None
        assert archive.read(f"uploads/{upload.pk}.png") == large
    services.start_export(person=alice)  # the last one is not wanted any more
    assert services.expire_exports() == 1
    assert as_stranger.get(services.export_address(export)).status_code == 404
    assert not default_storage.exists(export.file)
