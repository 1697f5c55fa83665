"""A wall of any length, written by Postgres itself: jobs of four pictures each, four of five with one in the gallery,
one person's own spread evenly among all. Every column without a default of the database is named here.

Whatever is looked for is there as often in a short wall as in a long one (`MARKED` times among the person's own), so
that both answer with pages of one length and differ in what lies around.
"""

from django.db import connection

A_JOB = 4
MARKED = 30
DAYS = 730
STYLES = ("oil", "ink", "photo", "mosaic", "comic")

# `n` numbers all jobs, `r` the person's own; the words come from a number that looks like chance and is the same again.
_JOBS = """
CREATE TEMPORARY TABLE planned AS
SELECT n, gen_random_uuid() AS id, own,
    CASE WHEN own THEN row_number() OVER (PARTITION BY own ORDER BY n) - 1 END AS r,
    now() - make_interval(secs => n * {days} * 86400.0 / {jobs}) AS created,
    (hashint4(n) & 2147483647) AS a, (hashint4(n + 700001) & 2147483647) AS b, (hashint4(n + 1400007) & 2147483647) AS c
FROM (SELECT n, n * {own} / {jobs} <> (n - 1) * {own} / {jobs} AS own FROM generate_series(1, {jobs}) n) numbered;

INSERT INTO generation_job (id, person_id, kind, prompt, seeds, key, created, status, revision, attempt, failures, step,
    steps, screened_at, started_at, finished_at, seen_at, tidied_at, detail, error)
SELECT id,
    CASE WHEN own THEN {person} ELSE (SELECT min(id) FROM accounts_person WHERE id <> {person}) + a % {people} END,
    CASE WHEN coalesce(r % {every} = 1, b % 9 = 0) THEN 'variation' ELSE 'prompt' END,
    concat_ws(' ', (ARRAY['a', 'two', 'an old', 'a small', 'the last', 'a paper', 'a glass', 'a sleeping'])[1 + a % 8],
        CASE WHEN b % 3 = 0 THEN 'lighthouse' ELSE (ARRAY['fox', 'astronaut', 'teapot', 'whale', 'violin',
            'market', 'garden', 'train', 'owl', 'castle', 'robot', 'bicycle', 'river', 'library', 'dragon', 'piano'])
            [1 + c % 16] END,
        (ARRAY['in a storm', 'under the stars', 'made of felt', 'by lantern light', 'at the edge of a forest',
            'in snow', 'reading a map', 'on a windowsill', 'seen from above', 'in the rain', 'at dawn'])[1 + a % 11],
        CASE WHEN coalesce(r % {every} = 0, a % 997 = 0) THEN 'and a paper zeppelin' END,
        (ARRAY['oil painting', 'watercolour', 'photograph', 'ink drawing', 'pixel art', 'mosaic', NULL])[1 + b % 7],
        CASE WHEN c % 4 = 0 THEN 'called ' || translate(to_hex(c), '0123456789', 'ghklmnprst') END),
    '[1, 2, 3, 4]', 'wall-' || n, created, 'delivered', 5, 2, 0, 20, 20, created, created, created, created,
    created, '', ''
FROM planned;

INSERT INTO generation_picture (id, job_id, person_id, index, seed, created, file, size, small, thumb, blur,
    favourite_at)
SELECT gen_random_uuid(), job.id, job.person_id, place, a, job.created - make_interval(secs => place / 1000000.0),
    'pictures/' || job.id || '/2-' || place || '.png', 1500000,
    'pictures/' || left(job.id::text, 2) || '/' || job.id || '/2-' || place || '-small.webp',
    'pictures/' || left(job.id::text, 2) || '/' || job.id || '/2-' || place || '-thumb.webp',
    'data:image/webp;base64,' || repeat('UklGRiQAAABXRUJQVlA4', 6),
    CASE WHEN place = 0 AND coalesce(r % {every} = 2, a % 20 = 0) THEN job.created END
FROM planned JOIN generation_job job USING (id) CROSS JOIN generate_series(0, {a_job} - 1) place;

INSERT INTO generation_share (token, person_id, picture_id, title, alt, show_sentence, public, listed_at, refused,
    style, likes, created)
SELECT 'bench-' || n, picture.person_id, picture.id, '', '', true, true, picture.created, false,
    (ARRAY[{styles}])[1 + b % {style_count}], (c % 40) * (b % 40), picture.created
FROM planned JOIN generation_picture picture ON picture.job_id = planned.id AND picture.index = 0
WHERE n % 5 <> 0;

DROP TABLE planned;
"""

_PEOPLE = """INSERT INTO accounts_person (password, is_superuser, email, is_active, is_staff, joined, display_name)
SELECT '', false, 'crowd-' || n || '@example.com', true, false, now(), '' FROM generate_series(1, %s) n"""


def fill(*, person_id: int, pictures: int, own: int) -> None:
    """`own` of the pictures are this person's; the others belong to a crowd."""
    jobs, people = pictures // A_JOB, max(5, pictures // 500)
    facts = {"jobs": jobs, "own": own // A_JOB, "every": own // A_JOB // MARKED, "person": person_id, "days": DAYS}
    styles = ", ".join(f"'{style}'" for style in STYLES)
    with connection.cursor() as cursor:
        # As a restored backup is read in: what the rows point to is known to be there.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(_PEOPLE, [people])
        cursor.execute(_JOBS.format(**facts, people=people, a_job=A_JOB, styles=styles, style_count=len(STYLES)))
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("VACUUM (ANALYZE)")


def counted() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("""SELECT (SELECT count(*) FROM generation_picture), (SELECT count(*) FROM generation_job),
            (SELECT count(*) FROM generation_share WHERE listed_at IS NOT NULL)""")
        return dict(zip(("pictures", "jobs", "listed"), cursor.fetchone(), strict=True))
