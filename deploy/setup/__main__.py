"""Entry point: `python -m deploy.setup run|test`, by the Python that deploy/python found."""

import os
import signal
import sys
import time
from types import FrameType

from .browser_libraries import install_libraries, libraries_are_there
from .clients import clients_are_there, install_clients
from .environment import make_environment
from .failure import SetupFailed, explain_error
from .lock import only_one
from .packages import RUN, TEST, install_packages, packages_are_there
from .project import Project, say


def ready(project: Project, *, development: bool) -> bool:
    wanted = TEST if development else RUN
    there = packages_are_there(project, wanted=wanted) and libraries_are_there(project, development=development)
    return there and (not development or clients_are_there(project))


def set_up(project: Project, *, development: bool) -> None:
    """Brings the folder to where the server (or the tests) can start. Costs nothing where nothing changed."""
    if ready(project, development=development):
        return
    with only_one(project.root / ".setup.lock", say=say) as lock:
        # Whoever held the lock before may have done the work.
        if ready(project, development=development):
            return
        project.lock = lock
        began = time.monotonic()
        wanted = TEST if development else RUN
        if not packages_are_there(project, wanted=wanted):
            make_environment(project)
            install_packages(project, wanted=wanted, settings=os.environ)
        if not libraries_are_there(project, development=development):
            install_libraries(project, development=development)
        if development and not clients_are_there(project):
            install_clients(project)
        say(f"Set-up took {time.monotonic() - began:.0f} s.")


def stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main(arguments: list[str]) -> int:
    if arguments not in (["run"], ["test"]):
        print(__doc__, file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, stop)
    project = Project()
    try:
        set_up(project, development=arguments == ["test"])
    except SetupFailed as failure:
        print(f"Tessera: {failure}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"Tessera: {explain_error(error, place=str(project.root))}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nTessera: set-up was stopped. Running this again goes on from here.", file=sys.stderr)
        return 130
    if arguments == ["run"]:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.chdir(project.root)
        os.execv(project.python, [str(project.python), "-m", "dalle_site.embedded"])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
