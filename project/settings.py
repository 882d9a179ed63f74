"""Settings, read top to bottom. Each switch and secret comes from the environment; README.md tells which."""

from datetime import timedelta

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.core.exceptions import ImproperlyConfigured

from project.axes import *  # noqa: F403
from project.environment import (
    BASE_DIR,
    FILE,
    choice,
    database,
    host,
    networks,
    number,
    origins,
    read_file,
    switch,
    text,
    whole,
    words,
    zone,
)
from project.files import *  # noqa: F403
from project.files import PRIVATE_FOLDER
from project.spectacular import SPECTACULAR_SETTINGS  # noqa: F401  (a setting too)
from project.unfold import UNFOLD  # noqa: F401  (a setting too)

read_file(FILE)

# Who we are

DEBUG = switch("DEBUG")
HTTPS = switch("HTTPS")
SECRET_KEY = text("SECRET_KEY")  # a file ends with a newline
if not SECRET_KEY and DEBUG:
    SECRET_KEY = "development-only-key-that-protects-nothing-and-must-not-leave-this-machine"
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. Set it (or SECRET_KEY_FILE) to 50 random characters, "
        "or set DEBUG=1 to try Helpdesk on your own machine."
    )

# The last one for the health check, which asks from inside the container.
ALLOWED_HOSTS = [*words("ALLOWED_HOSTS", ["localhost", "[::1]"]), "127.0.0.1"]
CSRF_TRUSTED_ORIGINS = origins("CSRF_TRUSTED_ORIGINS", [])
CORS_ALLOWED_ORIGINS = origins(
    "CORS_ALLOWED_ORIGINS", ["http://localhost:5173", "http://127.0.0.1:5173"] if DEBUG else []
)
CORS_URLS_REGEX = r"^/api/"
CORS_EXPOSE_HEADERS = ["ETag", "Link", "Location", "Retry-After", "X-Request-ID"]

# The proxies whose word on the address of a client is taken. Without one, X-Forwarded-For is whatever the
# caller likes it to be; with HTTPS there is one.
TRUSTED_PROXIES = networks("FORWARDED_ALLOW_IPS", ["127.0.0.1", "::1"] if HTTPS else [])

# The desk

HELPDESK_API_OPEN = switch("HELPDESK_API_OPEN")
BULK_LIMIT_AGENTS = round(number("BULK_LIMIT_AGENTS", 100, minimum=1, maximum=100_000))
DUE_SOON_MINUTES = number("DUE_SOON_MINUTES", 150, minimum=1, maximum=100_000)
GEMINI_API_KEY = text("GEMINI_API_KEY")
GEMINI_MODEL = text("GEMINI_MODEL", "gemini-3.5-flash-lite")
GEMINI_API_ENDPOINT = text("GEMINI_API_ENDPOINT")
OPENAI_BASE_URL = text("OPENAI_BASE_URL")
OPENAI_API_KEY = text("OPENAI_API_KEY")
OPENAI_MODEL = text("OPENAI_MODEL")
AI_PROVIDERS = ("gemini", "google-genai", "openai", "local")
AI_PROVIDER = choice("AI_PROVIDER", "", AI_PROVIDERS)
AI_TIMEOUT = number("AI_TIMEOUT", 4, minimum=0.1, maximum=25)
AI_ASK_BELOW = number("AI_ASK_BELOW", 0.8, minimum=0, maximum=1)
AI_CALLS_PER_MINUTE = whole("AI_CALLS_PER_MINUTE", 60, minimum=1, maximum=100_000)
AI_CALLS_PER_DAY = whole("AI_CALLS_PER_DAY", 2_000, minimum=1, maximum=100_000)
# In each process: half of the threads of gunicorn.conf.py, the other half serves the desk.
AI_CALLS_IN_FLIGHT = 2
AI_REDACT = switch("AI_REDACT", default=True)
AI_EXAMPLES = switch("AI_EXAMPLES", default=True)

# The web server

BIND = host("BIND", "127.0.0.1")
PORT = whole("PORT", 8000, minimum=1, maximum=65_535)
WEB_CONCURRENCY = whole("WEB_CONCURRENCY", 2, minimum=1, maximum=100)
FORWARDED_ALLOW_IPS = networks("FORWARDED_ALLOW_IPS", ["127.0.0.1", "::1"])

# What runs

INSTALLED_APPS = [
    "helpdesk.apps.HelpdeskConfig",
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.import_export",
    "project.apps.HelpdeskAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "corsheaders",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "import_export",
    "knox",
    "rest_framework",
]

MIDDLEWARE = [
    "helpdesk.middleware.RequestIdMiddleware",
    "helpdesk.accounts.addresses.ClientAddressMiddleware",
    "helpdesk.operations.metrics.MeasuringMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "helpdesk.middleware.PageCompressionMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "helpdesk.middleware.ContentPolicyMiddleware",
    "helpdesk.middleware.FailureMiddleware",
    "helpdesk.accounts.sessions.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "helpdesk.middleware.PageMessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "project.urls"
WSGI_APPLICATION = "project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [("django.template.loaders.cached.Loader", ["project.templates.Loader"])],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Data

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": database("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}")}
DATABASE_STATEMENT_TIMEOUT = number("DATABASE_STATEMENT_TIMEOUT", 0, minimum=0, maximum=3600)
_database = DATABASES["default"]
_database["CONN_MAX_AGE"] = 600
_database["CONN_HEALTH_CHECKS"] = True
if _database["ENGINE"].endswith("sqlite3"):
    # Many readers beside one writer; a writer waits its turn instead of failing with "database is locked".
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32000;",
    }
elif _database["ENGINE"].endswith("postgresql"):
    _database["ENGINE"] = "project.postgresql"
    milliseconds = int(DATABASE_STATEMENT_TIMEOUT * 1000)
    _database["OPTIONS"] = {
        "connect_timeout": 5,
        # Who waits for a lock is told so before the statement's own time is up.
        "options": f"-c statement_timeout={milliseconds} -c lock_timeout={milliseconds * 2 // 3}",
        **_database.get("OPTIONS", {}),
    }

# Reads and writes are counted per process, which costs no query; sign-ins for all processes together. Answers
# of providers are kept there too, and a full cache drops a third of what it holds, whatever that is.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
    "shared": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "helpdesk_cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# Static files, served by the web process itself

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
WHITENOISE_USE_FINDERS = DEBUG
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": PRIVATE_FOLDER,
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Language and time

LANGUAGE_CODE = "en"
TIME_ZONE = zone("TIME_ZONE", "UTC")
USE_TZ = True
# There is one language; its catalogue says the sentences of the packages in our words.
USE_I18N = True
LOCALE_PATHS = [BASE_DIR / "project" / "locale"]
FORMAT_MODULE_PATH = "project.formats"

# Security

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "helpdesk.accounts.passwords.EndsWhatTheOldOneOpened"},
]
SESSION_ENGINE = "helpdesk.accounts.sessions"
SESSION_IDLE_MINUTES = number("SESSION_IDLE_MINUTES", 480, minimum=5, maximum=525_600)
SESSION_COOKIE_AGE = round(number("SESSION_DAYS", 14, minimum=1, maximum=365) * 86_400)
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_FAILURE_VIEW = "helpdesk.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, UNSAFE_EVAL],  # Alpine, which unfold is built on, evaluates its attributes
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000  # a menu for each column of a wide file
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_621_440

# The API

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "helpdesk.api.authentication.TokenAuthentication",
        "helpdesk.api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["helpdesk.api.permissions.MayDoThis"],
    "DEFAULT_PARSER_CLASSES": ["helpdesk.api.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["helpdesk.api.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "helpdesk.api.renderers.Negotiation",
    "DEFAULT_PAGINATION_CLASS": "helpdesk.api.pagination.KeysetPagination",
    "DEFAULT_THROTTLE_RATES": {
        "read": f"{whole('API_READS_PER_MINUTE', 1200, minimum=1, maximum=1_000_000)}/min",
        "write": f"{whole('API_WRITES_PER_MINUTE', 300, minimum=1, maximum=1_000_000)}/min",
        "login": "10/min",
    },
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "helpdesk.api.errors.answer",
    "DATETIME_FORMAT": None,  # the renderer writes them
    "URL_FORMAT_OVERRIDE": None,
    "NUM_PROXIES": 0,  # the middleware has looked at them
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
REST_KNOX = {
    "AUTH_HEADER_PREFIX": "Bearer",
    "TOKEN_TTL": timedelta(days=number("API_TOKEN_DAYS", 90, minimum=1, maximum=3650)),
}

# Seen from outside: who may read the metrics; nobody, unless one of these is set.

METRICS_TOKEN = text("METRICS_TOKEN")
METRICS_ALLOW = networks("METRICS_ALLOW", [])

LOG_LEVEL = choice("LOG_LEVEL", "INFO", ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"])
LOG_FORMATS = {"text": "helpdesk.logs.TextFormatter", "json": "helpdesk.logs.JSONFormatter"}
LOG_FORMAT = choice("LOG_FORMAT", "text", LOG_FORMATS)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": LOG_FORMATS[LOG_FORMAT]}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {"axes": {"level": "WARNING"}, "django": {"handlers": []}},  # the root's handler is enough
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
}
