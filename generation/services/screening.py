"""What waits to be judged. A wake-up names nothing: whoever gets one does the next thing, whichever it is."""

from generation.services.line import screen_job
from generation.services.uploads import screen_upload


def screen_next() -> bool:
    """Uploads first: somebody looks at the page until it is done. False if nothing waits."""
    return screen_upload() or screen_job()
