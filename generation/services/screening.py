"""What waits to be judged. A wake-up names nothing: whoever gets one does the next thing, whichever it is."""

from generation.services.line import screen_job
from generation.services.uploads import judge_uploads, screen_upload
from moderation import services as moderation


def start_filters() -> None:
    """By whatever process will screen, when it starts: their weights take some seconds to load."""
    moderation.start_filters()


def screen_next() -> bool:
    """Uploads first: somebody looks at the page until it is done. False if nothing waits, or nothing can be judged
    yet: the filters load, and the sweeper wakes us again."""
    if moderation.filters_loading():
        return False
    return screen_upload() or screen_job(judge_uploads=judge_uploads)
