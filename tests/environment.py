"""The settings of a test run, chosen before Django reads any (pyproject.toml loads this as a plugin)."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

if "TESSERA_DATA" not in os.environ:
    # By hand; `make test` names a folder of its own and removes it.
    os.environ["TESSERA_DATA"] = tempfile.mkdtemp(prefix="tessera-tests-")
    atexit.register(shutil.rmtree, os.environ["TESSERA_DATA"], ignore_errors=True)
os.environ.setdefault("TESSERA_ENGINE", "tiny")
# Filters take seconds to load: the tests that are about them say so.
os.environ.setdefault("TESSERA_SCREENER", "lists")
os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "x" * 40)
# Full mode wants an address to send letters through; Django keeps the letters of a test in memory.
os.environ.setdefault("EMAIL_URL", "smtp://127.0.0.1:1")
Path(os.environ["TESSERA_DATA"], "static").mkdir(parents=True, exist_ok=True)
