"""The acts of the studio. Views, workers, commands and other rooms call these and nothing below them."""

from generation.services.engines import engine_notice, forget_engines, report_engine, report_speed
from generation.services.history import history_page
from generation.services.jobs import (
    COST,
    KeyUsed,
    NotVerified,
    cancel_job,
    job_for,
    mark_seen,
    picture_for,
    start_job,
)
from generation.services.line import (
    Claim,
    claim_drawing,
    drop_all_leases,
    end,
    give_back,
    keep,
    screen_next,
    sweep,
)
from generation.services.pictures import deliver
from generation.services.progress import report_progress
from generation.services.sentences import BadSentence, clean_sentence, normalise
from generation.services.snapshots import (
    Snapshot,
    job_snapshot,
    live_jobs,
    newest_job,
    picture_facts,
    recent_pictures,
    snapshot,
    unseen_jobs,
    wait_for,
)

__all__ = [
    "COST",
    "BadSentence",
    "Claim",
    "KeyUsed",
    "NotVerified",
    "Snapshot",
    "cancel_job",
    "claim_drawing",
    "clean_sentence",
    "deliver",
    "drop_all_leases",
    "end",
    "engine_notice",
    "forget_engines",
    "give_back",
    "history_page",
    "job_for",
    "job_snapshot",
    "keep",
    "live_jobs",
    "mark_seen",
    "newest_job",
    "normalise",
    "picture_facts",
    "picture_for",
    "recent_pictures",
    "report_engine",
    "report_progress",
    "report_speed",
    "screen_next",
    "snapshot",
    "start_job",
    "sweep",
    "unseen_jobs",
    "wait_for",
]
