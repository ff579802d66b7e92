"""Settings of the hub, read from the environment; docs/settings.md lists the variables."""

import importlib.util
from pathlib import Path

from hub.common import env

BASE_DIR = Path(__file__).resolve().parent.parent

# Everything the hub keeps lies in one folder: database, mesh repository, snapshots, logs, keys.
HUB_HOME = Path(env.text("HUB_HOME", str(BASE_DIR / ".hub"))).resolve()
MESH_REPOSITORY = HUB_HOME / "mesh.git"
SNAPSHOT_ROOT = HUB_HOME / "snapshots"
LOG_ROOT = HUB_HOME / "logs"
SECRETS_KEY_FILE = HUB_HOME / "secrets.key"  # key of secrets at rest, apart from SECRET_KEY

SECRET_KEY = env.kept_secret("SECRET_KEY", HUB_HOME / "django.key")
DEBUG = env.flag("HUB_DEBUG")
ALLOWED_HOSTS = env.text("HUB_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in env.text("HUB_ORIGINS").split(",") if o]
# Where people find the hub, for the links in notices.
HUB_URL = env.text("HUB_URL") or next(
    iter(CSRF_TRUSTED_ORIGINS),
    f"http://127.0.0.1:{env.text('HUB_PORT') or env.text('PORT') or '8000'}",
)
ALERT_ALLOW_PRIVATE = env.flag("HUB_ALERT_ALLOW_PRIVATE")  # webhooks and chats inside a private network

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "django_q",
    "hub",
    "kitchens",
    "recipes",
    "monitoring",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "hub.middleware.AskerMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "hub.middleware.SecurityHeadersMiddleware",
    "hub.middleware.HubErrorMiddleware",
]

ROOT_URLCONF = "hub.urls"
WSGI_APPLICATION = "hub.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "hub.frame.frame",
            ],
            "builtins": [
                "hub.templatetags.hub",
                "hub.templatetags.marks",
                "hub.templatetags.merging",
                "hub.templatetags.said",
            ],
            "libraries": {"hub": "hub.templatetags.hub"},
        },
    }
]

DATABASES = {"default": env.database(env.text("DATABASE_URL", f"sqlite:///{HUB_HOME / 'hub.sqlite3'}"))}
# An open connection is kept: django-q2 would otherwise reopen the database for every call.
DATABASES["default"] |= {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["CONN_MAX_AGE"] = 3600  # SQLite reads how full its tables are when it opens them
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL;"
            f"PRAGMA synchronous={'FULL' if env.flag('HUB_SQLITE_FULL_SYNC') else 'NORMAL'};"
            "PRAGMA temp_store=MEMORY;PRAGMA cache_size=-32000;PRAGMA mmap_size=268435456;"
        ),
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "kitchens.Person"
AUTHENTICATION_BACKENDS = ["kitchens.models.standing.PeopleBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.flag("HUB_HTTPS")
SECURE_CONTENT_TYPE_NOSNIFF = True
PROXIES = env.number(
    "HUB_PROXIES", 0
)  # how many proxies of ours stand in front, each adding to X-Forwarded-For
EVENTS_A_MINUTE = env.number(
    "HUB_EVENTS_A_MINUTE", 20_000, low=1
)  # items of events and imports, for each token
X_FRAME_OPTIONS = "DENY"

MESSAGE_TAGS = {10: "skip", 20: "run", 25: "ok", 30: "warn", 40: "fail"}  # level -> tone of its toast

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

STATIC_URL = "/static/"
# plotly.min.js comes from its package, whose own code is never imported here (it takes a tenth of a second).
PLOTLY = importlib.util.find_spec("plotly")
STATICFILES_DIRS = [BASE_DIR / "static", ("plotly", Path(PLOTLY.origin).parent / "package_data")]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True  # straight from the installed packages, nothing to collect

# The data stores a kitchen may use; a recipe does not know which. `postgresql` takes its address from HUB_STORE_URL.
DEFAULT_STORE = env.text("HUB_STORE", "embedded")
STORE_URL = env.text("HUB_STORE_URL")
NODE_DISK_MB = env.number("HUB_NODE_DISK_MB", 10_240, low=1)  # a node's limit where its recipe sets none
# Control charts of all tests together: how many false alarms a week the project can bear.
FALSE_ALARMS_PER_WEEK = env.number("HUB_FALSE_ALARMS_PER_WEEK", 1, low=1)
# Whether every dataset is watched without a test (docs/tests.md, Monitors); a recipe may say less with its own `monitors`.
MONITORS = env.flag("HUB_MONITORS", default=True)
DISK_FREE_MB = env.number("HUB_DISK_FREE_MB", 256)  # a node begins only where so much of the disk is free

# Doorbells only: the node table is the queue. Retrying is the engine's business, not the broker's.
REDIS_URL = env.text("REDIS_URL")
WORKERS = env.number("HUB_WORKERS", 2, low=1)
Q_CLUSTER = {
    "name": env.text("HUB_QUEUE_PREFIX", "hub"),
    "workers": WORKERS,
    "queue_limit": WORKERS,
    "bulk": 1,
    "poll": 0.1,
    "save_limit": -1,
    "ack_failures": True,
    "max_attempts": 1,
    "timeout": 24 * 3600,
    "retry": 24 * 3600 + 600,
    "recycle": 500,
    "catch_up": False,
    "scheduler": False,
    "guard_cycle": 0.5,
    "label": "Doorbells",
} | ({"redis": REDIS_URL} if REDIS_URL else {"orm": "default"})

LEASE_SECONDS = env.number("HUB_LEASE_SECONDS", 15, low=2)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.text("HUB_LOG_LEVEL", "WARNING")},
}
