"""The rules of the house that no other tool knows: `python -m deploy.house_rules`.

Modules stay under 400 lines and views under 25, so that a newcomer finds the place; and nothing committed names a
package registry or a path of the machine it was written on, so that it installs from wherever its reader installs.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from deploy.setup.packages import TORCH_INDEX

ROOT = Path(__file__).resolve().parents[1]
MOST_LINES = 400
MOST_VIEW_LINES = 25
CODE = (".py", ".js", ".css", ".html")
BINARY = (".png", ".webp", ".jpg", ".ico", ".woff2", ".safetensors", ".gz", ".npz", ".pt")

# In pieces, so that this file does not name what it looks for.
_REGISTRIES = (
    "registry." + "npmjs.org",
    "registry." + "yarnpkg.com",
    "pypi." + "org",
    "files." + "pythonhosted.org",
    "download." + "pytorch.org",
    "huggingface." + "co",
)
_MACHINE_PATHS = tuple("/" + path for path in ("work/", "opt/wheels", "opt/pypi", "root/", "home/", "Users/"))
_INDEX_OPTIONS = ("--extra-" + "index-url", "--find-" + "links", "--trusted-" + "host")


def problems(root: Path = ROOT) -> Iterator[str]:
    for path in sorted(files(root)):
        name = path.relative_to(root).as_posix()
        if path.suffix in BINARY or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        yield from addresses(name, text)
        if path.suffix in CODE and "/migrations/" not in name:
            yield from length(name, text)
        if path.suffix == ".py" and re.fullmatch(r"(.+/)?views(_\w+)?\.py|(.+/)?views/\w+\.py", name):
            yield from long_views(name, text)


def files(root: Path) -> list[Path]:
    """What is committed or about to be: git's own answer, so that data and build folders stay out."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [root / name for name in listed.split("\0") if name]


def length(name: str, text: str) -> Iterator[str]:
    lines = text.count("\n")
    if lines > MOST_LINES:
        yield f"{name}: {lines} lines, at most {MOST_LINES}. Which two things does it hold?"


def long_views(name: str, text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
            lines = node.end_lineno - node.body[0].lineno + 1
            if lines > MOST_VIEW_LINES:
                yield f"{name}:{node.lineno}: {node.name} has {lines} lines, at most {MOST_VIEW_LINES}: a view allows,"
                yield "    parses, calls one service and answers."


def addresses(name: str, text: str) -> Iterator[str]:
    for number, line in enumerate(text.replace(TORCH_INDEX, "").splitlines(), 1):
        found = [word for word in (*_REGISTRIES, *_INDEX_OPTIONS) if word in line]
        # A path begins where no word, dot or slash stands before it; in the address of a page it is none.
        found += [path for path in _MACHINE_PATHS if re.search(rf"(?<![\w.}}/-]){re.escape(path)}", line)]
        for word in found:
            yield f"{name}:{number}: names {word}, which is not the same on every machine."


def main() -> int:
    found = list(problems())
    print("\n".join(found) or "every file keeps the rules of the house")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
