"""Settings of files in and out."""

from pathlib import Path

from project.environment import BASE_DIR, number, text, whole

__all__ = [
    "EXPORT_AT_ONCE",
    "EXPORT_DAYS",
    "IMPORT_DAYS",
    "IMPORT_EXPORT_EXPORT_PERMISSION_CODE",
    "IMPORT_EXPORT_IMPORT_PERMISSION_CODE",
    "IMPORT_EXPORT_SKIP_ADMIN_LOG",
    "IMPORT_MAX_BYTES",
    "IMPORT_MAX_ROWS",
    "STORAGE_DIR",
]

# What people send or fetch lies here; web processes and workers must see the same folder.
STORAGE_DIR = Path(text("STORAGE_DIR") or BASE_DIR / "storage")
PRIVATE_FOLDER = {
    "location": STORAGE_DIR,
    "file_permissions_mode": 0o600,
    "directory_permissions_mode": 0o700,
}

IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "import"
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "export"
IMPORT_EXPORT_SKIP_ADMIN_LOG = True
IMPORT_MAX_BYTES = whole("IMPORT_MAX_MEGABYTES", 2048, minimum=1, maximum=1_000_000) << 20
IMPORT_MAX_ROWS = whole("IMPORT_MAX_ROWS", 1_000_000, minimum=1, maximum=100_000_000)
IMPORT_DAYS = number("IMPORT_DAYS", 14, minimum=0.01, maximum=3650)
EXPORT_AT_ONCE = whole("EXPORT_AT_ONCE", 20_000, minimum=0, maximum=100_000_000)
EXPORT_DAYS = number("EXPORT_DAYS", 3, minimum=0.01, maximum=365)
