"""The settings of the tests: those of development, whatever this machine's environment and ``.env`` say."""

import os
import tempfile
from pathlib import Path

os.environ |= {
    "DEBUG": "1",
    "FORWARDED_ALLOW_IPS": "",
    "SESSION_DAYS": "",
    "SESSION_IDLE_MINUTES": "",
    "HTTPS": "0",
    "SECRET_KEY": "",
    "STORAGE_DIR": str(Path(tempfile.gettempdir()) / f"helpdesk-storage-{os.getpid()}"),
    "ALLOWED_HOSTS": "localhost,127.0.0.1",
    "CORS_ALLOWED_ORIGINS": "http://localhost:5173",
    "AI_ASK_BELOW": "",
    "AI_CALLS_PER_DAY": "",
    "AI_CALLS_PER_MINUTE": "",
    "AI_EXAMPLES": "",
    "AI_PROVIDER": "",
    "AI_REDACT": "",
    "GEMINI_API_KEY": "",
    "GEMINI_API_ENDPOINT": "",
    "HELPDESK_API_OPEN": "0",
    "LOG_LEVEL": "WARNING",
    "METRICS_ALLOW": "",
    "METRICS_TOKEN": "",
    "OPENAI_API_KEY": "",
    "OPENAI_BASE_URL": "",
    "OPENAI_MODEL": "",
    "TIME_ZONE": "UTC",
    # Each worker of the suite has one core: more threads of numpy would wait for each other.
    "OPENBLAS_NUM_THREADS": "1",
}

from project.settings import *  # noqa: F403
from project.settings import DATABASES

# Nobody holds on to a connection of a database that the end of the tests removes.
DATABASES["default"]["CONN_MAX_AGE"] = 0

# Nobody attacks the passwords of the tests.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# A static file is looked for when it is asked for; otherwise each test client would gather all of them anew.
WHITENOISE_AUTOREFRESH = True

# A file, as in real life: threads of the live server each have a connection of their own, with real locks.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    own = Path(tempfile.gettempdir()) / f"helpdesk-{os.getpid()}.sqlite3"
    DATABASES["default"]["TEST"] = {"NAME": os.environ.get("TEST_DATABASE") or str(own)}
