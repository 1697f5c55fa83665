"""How Celery runs here, in both modes. Why each of these: docs/decisions/0004."""

from django.conf import settings

broker_url = settings.CELERY_BROKER_URL
broker_connection_retry_on_startup = True
broker_transport_options = (
    # kombu looks once a second by default, which would cost a second a hop.
    {"polling_interval": 0.01}
    if settings.EMBEDDED
    else {
        "visibility_timeout": 3600,
        # Else a submit waits 6 s for a broker that is down: kombu tries again whatever task_publish_retry says.
        "max_retries": 0,
        "socket_connect_timeout": 1,
        # A broker that hangs costs a submit this much.
        "socket_timeout": 2,
        "socket_keepalive": True,
        "health_check_interval": 10,
    }
)
broker_pool_limit = 16

# Named, not imported: nobody imports gpu_worker.
imports = ("accounts.tasks", "billing.tasks", "generation.tasks", "gpu_worker.tasks", "moderation.tasks")
task_default_queue = "screening"
task_routes = {
    "gpu_worker.tasks.*": {"queue": "gpu"},
    # What takes minutes or hours, so that no sentence waits for it.
    "generation.tasks.export": {"queue": "slow"},
    "generation.tasks.export_canvas": {"queue": "slow"},
    "generation.tasks.preview_canvases": {"queue": "slow"},
    "accounts.tasks.*": {"queue": "slow"},
    "billing.tasks.check_ledger": {"queue": "slow"},
}
task_ignore_result = True
task_acks_late = True
task_reject_on_worker_lost = True
# A nudge that cannot be sent is not worth a waiting person: the sweeper finds the row.
task_publish_retry = False

worker_prefetch_multiplier = 1
worker_send_task_events = False
worker_enable_remote_control = False
worker_hijack_root_logger = False

timezone = "UTC"
beat_schedule = {
    "sweep": {
        "task": "generation.tasks.sweep",
        "schedule": float(settings.SWEEP_SECONDS),
        "options": {"expires": 2 * settings.SWEEP_SECONDS},
    },
    # Each looks at little and mostly finds nothing: oftener than daily, for sites that are not up all day.
    "tidy": {"task": "generation.tasks.tidy", "schedule": 300.0, "options": {"expires": 300}},
    "purge": {"task": "generation.tasks.purge", "schedule": 900.0, "options": {"expires": 900}},
    # An export whose wake-up was lost, or whose worker was; and accounts whose time is over.
    "export": {"task": "generation.tasks.export", "schedule": 30.0, "options": {"expires": 30}},
    "export canvas": {"task": "generation.tasks.export_canvas", "schedule": 10.0, "options": {"expires": 10}},
    "preview canvases": {"task": "generation.tasks.preview_canvases", "schedule": 5.0, "options": {"expires": 5}},
    "close": {"task": "accounts.tasks.close_due_accounts", "schedule": 900.0, "options": {"expires": 900}},
    # Once a minute: a refill comes at its instant, and what ended with it is written before.
    "refill": {"task": "billing.tasks.refill", "schedule": 60.0, "options": {"expires": 55}},
    "expire": {"task": "billing.tasks.expire", "schedule": 60.0, "options": {"expires": 55}},
    # Both find nothing where nothing is sold.
    "catch up with Stripe": {
        "task": "billing.tasks.catch_up_with_stripe",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    # Looks whether it is time to; every queue says that it answers, for the health page.
    "check the ledger": {"task": "billing.tasks.check_ledger", "schedule": 600.0, "options": {"expires": 600}},
    **{
        f"pulse of {queue}": {
            "task": "generation.tasks.pulse",
            "args": (queue,),
            "schedule": 20.0,
            "options": {"queue": queue, "expires": 20},
        }
        for queue in ("screening", "slow")
    },
    "tell decisions": {"task": "billing.tasks.tell_decisions", "schedule": 30.0, "options": {"expires": 30}},
    "mail receipts": {"task": "billing.tasks.mail_receipts", "schedule": 10.0, "options": {"expires": 10}},
    "tell": {"task": "moderation.tasks.tell", "schedule": 30.0, "options": {"expires": 30}},
    "report engine": {"task": "gpu_worker.tasks.report_engine", "schedule": 30.0, "options": {"expires": 25}},
}
