"""Settings of the whole site, from the environment alone. `.env.example` explains every name.

Embedded mode is what one gets with nothing set: SQLite, Celery and its broker in the web process, pictures in a
folder. Full mode begins where DATABASE_URL and REDIS_URL are set. The code is the same in both.
"""

from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from dalle_site import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent
DATA = Path(env.text("TESSERA_DATA", str(BASE_DIR / "data"))).expanduser().resolve()

DATABASE_URL = env.text("DATABASE_URL", "")
REDIS_URL = env.text("REDIS_URL", "")
if bool(DATABASE_URL) != bool(REDIS_URL):
    raise ImproperlyConfigured(
        f"{'DATABASE_URL' if DATABASE_URL else 'REDIS_URL'} is set without "
        f"{'REDIS_URL' if DATABASE_URL else 'DATABASE_URL'}. Set both for the full mode, or neither for one command."
    )
EMBEDDED = not DATABASE_URL

DEBUG = env.flag("DEBUG", False)
HTTPS = env.flag("HTTPS", False)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", [])


def _secret_key() -> str:
    """Full mode names its key, since several processes share it; one command keeps its own in the data folder."""
    kept = DATA / "secret-key"
    if not EMBEDDED:
        return env.text("SECRET_KEY")
    return env.text("SECRET_KEY", kept.read_text().strip() if kept.is_file() else "made-at-first-start")


SECRET_KEY = _secret_key()

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.google",
    "allauth.socialaccount.providers.github",
    "allauth.usersessions",
    "channels",
    "csp",
    "accounts",
    "billing",
    "moderation",
    "generation",
    "dalle_site.apps.SiteConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.Signed",
]

ROOT_URLCONF = "dalle_site.urls"
ASGI_APPLICATION = "dalle_site.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "generation.context_processors.studio",
                "accounts.context_processors.inbox",
            ],
        },
    }
]

# People
AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "prompt"
LOGOUT_REDIRECT_URL = "prompt"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
# A second factor that was added or taken away is told by letter.
ACCOUNT_EMAIL_NOTIFICATIONS = True

# The second factor: a code from an app, or a passkey; codes on paper for when both are lost
MFA_ADAPTER = "accounts.adapters.SecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Tessera"
MFA_TOTP_TOLERANCE = 1
# Browsers make passkeys without https for localhost alone; where people come by https, nothing else is taken.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS

# Signing in by somebody else: each appears when its keys are set. Both tell only of addresses that they have confirmed.
SOCIALACCOUNT_ADAPTER = "accounts.adapters.OtherSites"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_STORE_TOKENS = False
GOOGLE_KEYS = env.both("GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET")
GITHUB_KEYS = env.both("GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET")
SOCIALACCOUNT_PROVIDERS: dict[str, dict[str, Any]] = {
    "google": {"APPS": GOOGLE_KEYS, "SCOPE": ["profile", "email"], "OAUTH_PKCE_ENABLED": True},
    "github": {"APPS": GITHUB_KEYS, "SCOPE": ["user:email"]},
}

# Data
if EMBEDDED:
    DATABASES: dict[str, dict[str, Any]] = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA / "tessera.sqlite3",
            "CONN_MAX_AGE": None,
            # A file, as in life: SQLite in memory knows no WAL and locks whole tables.
            "TEST": {"NAME": DATA / "test.sqlite3"},
            "OPTIONS": {
                # Writers queue up at BEGIN instead of failing half-way with "database is locked".
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                # FULL: a credit taken is on the disk before the answer leaves.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
        }
    }
    CACHES: dict[str, dict[str, Any]] = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    CHANNEL_LAYERS: dict[str, dict[str, Any]] = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
else:
    DATABASES = {"default": env.database(DATABASE_URL)}
    CACHES = {
        "default": {
            "BACKEND": "dalle_site.cache.ForgivingRedisCache",
            "LOCATION": env.redis(REDIS_URL),
            "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 1.0},
        }
    }
    CHANNEL_LAYERS = {
        "default": {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": {"hosts": [env.redis(REDIS_URL)]}}
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Sending a picture through the web process keeps every one behind its owner's sign-in, on disk and on S3 alike.
STORAGES: dict[str, dict[str, Any]] = {
    "default": env.storage(env.text("STORAGE_URL", (DATA / "media").as_uri())),
    "staticfiles": {"BACKEND": "dalle_site.static.ManifestStorage"},
}
STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "dalle_site.static.NpmFinder",
]
# A form of ours is sentences and numbers, but where a picture is sent (dalle_site/limits.py refuses more at the door).
BODY_LIMIT = 1_000_000
UPLOAD_LIMIT = env.number("TESSERA_UPLOAD_MB", 20, least=1, most=200) * 1_000_000
PROJECT_LIMIT = env.number("TESSERA_PROJECT_MB", 200, least=1, most=10_000) * 1_000_000
BODY_LIMITS = dict.fromkeys(("/uploads", "/made-here"), UPLOAD_LIMIT + 100000)
BODY_LIMITS["/canvases/import"] = PROJECT_LIMIT + 100000
# Strokes of a few moments, and what stands around them in the form that brings them
CANVAS_BATCH_LIMIT = 13_000_000

# Mail
MAIL_FOLDER = DATA / "mail"
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", "Tessera <tessera@localhost>")
if not EMBEDDED and not env.text("EMAIL_URL", ""):
    raise ImproperlyConfigured("EMAIL_URL is not set: people could not verify their address. See .env.example.")
globals().update(env.mail(env.text("EMAIL_URL", "folder:")))

# Work: see dalle_site/celery.py and generation/queue.py
CELERY_BROKER_URL = env.redis(REDIS_URL) if REDIS_URL else "memory://localhost"
ENGINE = env.text("TESSERA_ENGINE", "bundled")
GPU_SLOTS = env.number("TESSERA_GPU_SLOTS", 1, least=1, most=64)
SCREENING_SLOTS = env.number("TESSERA_SCREENING_SLOTS", 2, least=1, most=64)
LEASE_SECONDS = env.number("TESSERA_LEASE_SECONDS", 6, least=2, most=600)
SWEEP_SECONDS = env.number("TESSERA_SWEEP_SECONDS", 2, least=1, most=60)
MOST_ATTEMPTS = env.number("TESSERA_MOST_ATTEMPTS", 3, least=1, most=20)

# The product
PROMPT_LIMIT = 400
FIRST_MONTH_CREDITS = env.number("TESSERA_FIRST_MONTH_CREDITS", 50, least=0, most=100_000)
MONTHLY_CREDITS = env.number("TESSERA_MONTHLY_CREDITS", 15, least=0, most=100_000)
# First credits that go to one network within a day; who comes after waits for the next.
FIRST_MONTHS_A_NETWORK = env.number("TESSERA_FIRST_MONTHS_A_NETWORK", 10, least=1, most=100_000)
# Of the Images API, for an account and for each of its keys
API_IMAGES_A_MINUTE = env.number("TESSERA_API_IMAGES_A_MINUTE", 50, least=1, most=1_000_000)
DISPOSABLE_DOMAINS_FILE = Path(
    env.text("TESSERA_DISPOSABLE_DOMAINS", str(DATA / "disposable-domains.txt"))
).expanduser()
BLOCKED_WORDS_FILE = Path(env.text("TESSERA_BLOCKED_WORDS", str(DATA / "blocked-words.txt"))).expanduser()
BLOCKED_PICTURES_FILE = Path(env.text("TESSERA_BLOCKED_PICTURES", str(DATA / "blocked-pictures.txt"))).expanduser()
TRASH_DAYS = 30
# What one person may keep on canvases: their number, and the bytes of all that was drawn on them.
MOST_CANVASES = env.number("TESSERA_MOST_CANVASES", 500, least=1, most=1_000_000)
CANVAS_ROOM = env.number("TESSERA_CANVAS_MB", 4000, least=1, most=10_000_000) * 1_000_000

# Where pictures come from: what downloads are signed and marked with (generation/services/origin.py)
ORIGIN_FOLDER = DATA / "origin"
ORIGIN_CERTIFICATE = Path(env.text("TESSERA_CERTIFICATE", str(ORIGIN_FOLDER / "certificate.pem"))).expanduser()
ORIGIN_KEY = Path(env.text("TESSERA_CERTIFICATE_KEY", str(ORIGIN_FOLDER / "key.pem"))).expanduser()
ORIGIN_EARLIER = Path(env.text("TESSERA_EARLIER_CERTIFICATES", str(ORIGIN_FOLDER / "earlier.pem"))).expanduser()
MARK_KEYS = env.words("TESSERA_MARK_KEY", [])
# What reads sentences and looks at pictures: all filters in a process of their own, or the lists of words alone.
SCREENER = env.one_of("TESSERA_SCREENER", "full", ("full", "lists"))
# Who looks at a picture before it may stand in the public gallery: nobody, people at what could show faces, or at all.
LISTING_REVIEW = env.one_of("TESSERA_LISTING_REVIEW", "faces", ("off", "faces", "all"))

# Money: without the first, buying is off. The third names a stand-in for Stripe (tests, `make demo-stripe`).
STRIPE_SECRET_KEY = env.text("STRIPE_SECRET_KEY", "")
STRIPE_WEBHOOK_SECRETS = env.words("STRIPE_WEBHOOK_SECRET", [])
STRIPE_API_BASE = env.text("STRIPE_API_BASE", "https://api.stripe.com").rstrip("/")
STRIPE_CHECKOUT = env.text("STRIPE_CHECKOUT", "https://checkout.stripe.com").rstrip("/")

# What follows from a breach of the content policy (moderation/services/standing.py)
STRIKE_DAYS = env.number("TESSERA_STRIKE_DAYS", 30, least=1, most=3650)
STRIKE_POINTS = env.number("TESSERA_STRIKE_POINTS", 2, least=1, most=100)
SUSPEND_DAYS = env.number("TESSERA_SUSPEND_DAYS", 3, least=1, most=365)
# Different sentences of one person, refused for certain within 30 days: a word, a case, a pause (services/refusals.py)
REFUSALS_TO_WARN = env.number("TESSERA_REFUSALS_TO_WARN", 4, least=1, most=10_000)
REFUSALS_TO_REVIEW = env.number("TESSERA_REFUSALS_TO_REVIEW", 6, least=1, most=10_000)
REFUSALS_TO_PAUSE = env.number("TESSERA_REFUSALS_TO_PAUSE", 9, least=1, most=10_000)
# Of the sentences that are refused with a doubt one in so many opens a case by lot (none: 0); all others by appeal.
REVIEW_ONE_IN = env.number("TESSERA_REVIEW_ONE_IN", 20, least=0, most=1_000_000)
SECOND_LOOK_SHARE = env.number("TESSERA_SECOND_LOOKS", 5, least=0, most=100) / 100
# Where the site is reached from outside: for links in letters that no request leads to.
SITE_ADDRESS = env.text("TESSERA_SITE_ADDRESS", f"{'https' if HTTPS else 'http'}://{ALLOWED_HOSTS[0]}")

# What people and browsers are told
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        # Where the answer to a form leads counts too.
        "form-action": [
            "'self'",
            *(["https://accounts.google.com"] if GOOGLE_KEYS else []),
            *(["https://github.com"] if GITHUB_KEYS else []),
        ],
        "frame-ancestors": ["'none'"],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_FAILURE_VIEW = "dalle_site.errors.csrf_failure"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"terminal": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["terminal"], "level": env.text("LOG_LEVEL", "WARNING")},
    # Wake-ups that outlived their use are dropped by design, thousands a day; they are not news.
    "loggers": {"celery.worker.request": {"level": "ERROR"}, "celery.worker.strategy": {"level": "WARNING"}},
}
