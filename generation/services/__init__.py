"""The acts of the studio. Views, workers, commands and other rooms call these and nothing below them."""

from generation.models import Upload
from generation.services.access import Source, job_for, picture_for, source_for, upload_for
from generation.services.addresses import address_of, is_good, renewed
from generation.services.ancestry import Lineage, Step, lineage, lineage_facts
from generation.services.desk import choices, draw_again, jobs_on_desk, pictures_to_compare, source_facts
from generation.services.engines import engine_notice, forget_engines, report_engine, report_speed
from generation.services.history import KINDS, history_page, jobs_like, trash_of
from generation.services.inputs import InputGone, Inputs, inputs_of
from generation.services.janitor import tidy
from generation.services.jobs import cancel_job, mark_seen
from generation.services.keeping import keep_frame, set_favourite
from generation.services.line import Claim, claim_drawing, drop_all_leases, end, give_back, keep, refuse, sweep
from generation.services.pictures import deliver
from generation.services.progress import report_progress
from generation.services.saved import delete_prompt, recent_sentences, save_prompt, saved_prompts
from generation.services.screening import screen_next
from generation.services.search import ready as search_ready
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
from generation.services.starting import (
    COST,
    BadOptions,
    KeyUsed,
    NotVerified,
    start_blend,
    start_edit,
    start_job,
    start_text_diff,
    start_variation,
)
from generation.services.styles import styles
from generation.services.trash import purge, restore_pictures, restore_upload, trash_page, trash_pictures, trash_upload
from generation.services.uploads import bring, upload_facts
from generation.services.uploads_decoding import BadUpload, Busy

__all__ = [
    "COST",
    "KINDS",
    "BadOptions",
    "BadSentence",
    "BadUpload",
    "Busy",
    "Claim",
    "InputGone",
    "Inputs",
    "KeyUsed",
    "Lineage",
    "NotVerified",
    "Snapshot",
    "Source",
    "Step",
    "Upload",
    "address_of",
    "bring",
    "cancel_job",
    "choices",
    "claim_drawing",
    "clean_sentence",
    "delete_prompt",
    "deliver",
    "draw_again",
    "drop_all_leases",
    "end",
    "engine_notice",
    "forget_engines",
    "give_back",
    "history_page",
    "inputs_of",
    "is_good",
    "job_for",
    "job_snapshot",
    "jobs_like",
    "jobs_on_desk",
    "keep",
    "keep_frame",
    "lineage",
    "lineage_facts",
    "live_jobs",
    "mark_seen",
    "newest_job",
    "normalise",
    "picture_facts",
    "picture_for",
    "pictures_to_compare",
    "purge",
    "recent_pictures",
    "recent_sentences",
    "refuse",
    "renewed",
    "report_engine",
    "report_progress",
    "report_speed",
    "restore_pictures",
    "restore_upload",
    "save_prompt",
    "saved_prompts",
    "screen_next",
    "search_ready",
    "set_favourite",
    "snapshot",
    "source_facts",
    "source_for",
    "start_blend",
    "start_edit",
    "start_job",
    "start_text_diff",
    "start_variation",
    "styles",
    "sweep",
    "tidy",
    "trash_of",
    "trash_page",
    "trash_pictures",
    "trash_upload",
    "unseen_jobs",
    "upload_facts",
    "upload_for",
    "wait_for",
]
