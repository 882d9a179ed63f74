"""Breaks the code on purpose, one small mistake at a time, and names those that no test notices.

python -m helpdesk.tests.mutants            all of the modules below
python -m helpdesk.tests.mutants history    those whose path has this word
WORKERS=1 python -m helpdesk.tests.mutants  on one core, where others work too

A mistake inside a function is put into a fork of a test run that has loaded the house and made its database,
and is looked for by the tests that enter this function, up to the first that notices. What stands outside of
functions, or in one that was called while the house was loaded, has had its effect by then: such a mistake is
tried in a copy of the house by a test run of its own.
"""

import ast
import gc
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from inspect import CO_OPTIMIZED
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from types import CodeType, FrameType, FunctionType

import pytest
from django.conf import settings
from django.db import connections

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 0.05
SECONDS = 300
# What is broken, and the tests that must tell.
RULES = "helpdesk/tests/test_architecture.py"
CHANGES = [
    "helpdesk/tests/tickets/test_changes.py",
    "helpdesk/tests/tickets/test_comments.py",
    "helpdesk/tests/tickets/test_judgement.py",
]
HISTORY = [
    "helpdesk/tests/tickets/test_history.py",
    "helpdesk/tests/api/test_history.py",
    "helpdesk/tests/admin/panel/test_timeline.py",
]
DOORS = [
    "helpdesk/tests/test_permissions.py",
    "helpdesk/tests/api/test_permissions.py",
    "helpdesk/tests/api/test_open_mode.py",
]
TARGETS = {
    "helpdesk/tickets/changes.py": [*CHANGES, "helpdesk/tests/tickets/test_undo.py"],
    "helpdesk/tickets/history.py": [*HISTORY, *CHANGES],
    "helpdesk/tickets/values.py": ["helpdesk/tests/tickets/test_values.py", *CHANGES],
    "helpdesk/tickets/undo.py": ["helpdesk/tests/tickets/test_undo.py"],
    "helpdesk/tickets/query.py": [
        "helpdesk/tests/tickets/test_query.py",
        "helpdesk/tests/tickets/test_queues.py",
        "helpdesk/tests/api/test_filters.py",
    ],
    "helpdesk/tickets/bulk.py": [
        "helpdesk/tests/tickets/test_bulk.py",
        "helpdesk/tests/test_settings.py::test_no_migration_is_missing",
    ],
    "helpdesk/jobs/delivery.py": ["helpdesk/tests/jobs/test_delivery.py"],
    "helpdesk/permissions.py": DOORS,
    "helpdesk/api/permissions.py": DOORS,
    "helpdesk/api/ordering.py": ["helpdesk/tests/api/test_pagination.py"],
    "helpdesk/api/pagination.py": [
        "helpdesk/tests/api/test_pagination.py",
        "helpdesk/tests/api/test_schema.py",
    ],
    "helpdesk/triage/local/blending.py": ["helpdesk/tests/triage/local/test_blending.py"],
    "helpdesk/transfer/spreadsheets.py": ["helpdesk/tests/transfer/test_spreadsheets.py"],
}
OPPOSITES: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.And: ast.Or, ast.Or: ast.And, ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """A module with one mistake in it; the places in `tree` are those of the file."""

    path: str
    line: int
    was: str
    tree: ast.Module

    def __str__(self) -> str:
        return f"{self.path}:{self.line}  {self.was}"


def mutants(path: str) -> Iterator[Mutant]:
    """Every way to break one place of a module."""
    text = (ROOT / path).read_text(encoding="utf-8")
    tree = ast.parse(text)
    types = {id(part) for node in ast.walk(tree) for part in annotations(node)}
    for number, node in enumerate(ast.walk(tree)):
        if id(node) in types or not spoil(copy(node)):
            continue
        broken = ast.parse(text)
        spoil(next(islice(ast.walk(broken), number, None)))
        was = ast.unparse(node)[:90].replace("\n", " ")
        yield Mutant(path, getattr(node, "lineno", 0), was, broken)


def spoil(node: ast.AST) -> bool:
    """Put one mistake into this place; False where there is none to make."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in OPPOSITES:
            node.ops = [OPPOSITES[type(op)]()]
        case ast.BoolOp(op=op) | ast.BinOp(op=op) if type(op) in OPPOSITES:
            node.op = OPPOSITES[type(op)]()
        case ast.UnaryOp(op=ast.Not()):
            node.op = ast.UAdd()
            node.operand = ast.Call(ast.Name("bool", ast.Load()), [node.operand], [])
        case ast.Constant(value=bool(value)):
            node.value = not value
        case ast.Constant(value=int(value)):
            node.value = value + 1
        case ast.Return(value=ast.expr()) if not isinstance(node.value, ast.Constant):
            node.value = ast.Constant(None)
        case ast.Expr(value=ast.Call()):
            node.value = ast.Constant(None)
        case _:
            return False
    ast.fix_missing_locations(node)
    return True


def annotations(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of the types that are written at this node, such as ``int | None``."""
    for written in (getattr(node, "annotation", None), getattr(node, "returns", None)):
        if written:
            yield from ast.walk(written)


def transplants(mutant: Mutant) -> dict[CodeType, CodeType] | None:
    """The broken code of every function by its whole one; None if the mistake lies outside of functions."""
    file = str(ROOT / mutant.path)
    whole = compile(Path(file).read_text(encoding="utf-8"), file, "exec")
    changed = {}
    for before, after in _pairs(whole, compile(mutant.tree, file, "exec")):
        if before.co_flags & CO_OPTIMIZED:
            if before != after:
                changed[before] = after
        elif _own(before) != _own(after):
            return None
    return changed


def _pairs(before: CodeType, after: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    yield before, after
    for old, new in zip(before.co_consts, after.co_consts, strict=False):
        if isinstance(old, CodeType) and isinstance(new, CodeType):
            yield from _pairs(old, new)


def _own(code: CodeType) -> tuple[bytes, list[str], tuple[str, ...]]:
    """What a module or a class does itself, without its functions."""
    constants = [repr(value) for value in code.co_consts if not isinstance(value, CodeType)]
    return code.co_code, constants, code.co_names


class Surgery:
    """A plugin of pytest that runs the collected tests once for each mutant, each time in a fork."""

    def __init__(self, found: Sequence[Mutant]) -> None:
        self.found = found
        self.file = str(ROOT / found[0].path)
        # The first lines of the functions that were called while the house was loaded.
        self.early: set[int] = set()
        # Those that nothing noticed, and those that a fork can say nothing of.
        self.alive: list[Mutant] = []
        self.outside: list[Mutant] = []
        self.sound: set[str] = set()

    def watch(self, entered: Callable[[int], object]) -> None:
        """Tell of each function of the module that is called by its first line."""

        def seen(frame: FrameType, event: str, _: object) -> None:
            if event == "call" and frame.f_code.co_filename == self.file:
                entered(frame.f_code.co_firstlineno)

        sys.setprofile(seen)
        threading.setprofile(seen)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        sys.setprofile(None)
        threading.setprofile(None)
        self.first, second = session.items[:2]
        # This makes the database.
        self.first.config.hook.pytest_runtest_protocol(item=self.first, nextitem=second)
        connections.close_all()
        self.database = Path(settings.DATABASES["default"]["TEST"]["NAME"])
        self.kept = self.database.read_bytes() if self.database.exists() else b""
        self.functions = [
            found
            for found in gc.get_objects()
            if isinstance(found, FunctionType) and found.__code__.co_filename == self.file
        ]
        gc.freeze()  # or each fork would copy all of the memory at its first collection
        users = self._users(session.items)
        for mutant in self.found:
            changed = transplants(mutant)
            places = [code.co_firstlineno for code in changed or () if _own(code) != _own(changed[code])]
            if changed is None or self.early.intersection(places):
                self.outside.append(mutant)
                continue
            numbers = set().union(*(users.get(line, ()) for line in places))
            killer = self._killer([session.items[number] for number in sorted(numbers)], changed)
            if killer is None:
                self.alive.append(mutant)
                print("SURVIVED", mutant, flush=True)
            else:
                self._check(session.items, killer)
                print("killed  ", mutant, " by ", killer, flush=True)
        return True

    def _check(self, tests: Sequence[pytest.Item], killer: str) -> None:
        """A test that fails by itself has noticed nothing."""
        alone = [test for test in tests if test.nodeid == killer and killer not in self.sound]
        if self._killer(alone, {}):
            pytest.exit(f"{killer} fails on the code as it is.", returncode=1)
        self.sound.add(killer)

    def _users(self, tests: Sequence[pytest.Item]) -> Mapping[int, list[int]]:
        """The tests, by number, that call each function of the module, by its first line."""
        with tempfile.NamedTemporaryFile("r", prefix="helpdesk-mutants-") as notes:

            def write(users: Mapping[int, set[int]]) -> None:
                found = {line: sorted(numbers) for line, numbers in users.items()}
                Path(notes.name).write_text(json.dumps(found), encoding="utf-8")

            if killer := self._killer(tests, {}, write):
                pytest.exit(f"{killer} fails on the code as it is.", returncode=1)
            return {int(line): numbers for line, numbers in json.load(notes).items()}

    def _killer(
        self,
        tests: Sequence[pytest.Item],
        changed: Mapping[CodeType, CodeType],
        write: Callable[[Mapping[int, set[int]]], None] | None = None,
    ) -> str | None:
        """The first test that fails; None if all pass.

        pytest still holds the module of the test that made the database open, which is therefore the first.
        """
        tests = list(dict.fromkeys([self.first, *tests]))
        for rest in ("-wal", "-shm"):
            Path(f"{self.database}{rest}").unlink(missing_ok=True)
        if self.kept:
            self.database.write_bytes(self.kept)
        heard, said = os.pipe()
        child = os.fork()
        if not child:
            signal.alarm(0 if write else SECONDS)
            for stream in (1, 2):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
            try:
                for function in self.functions:
                    function.__code__ = changed.get(function.__code__, function.__code__)
                self._run(tests, write, said)
            finally:
                os._exit(1)
        os.close(said)
        with os.fdopen(heard, encoding="utf-8") as answer:
            killer = answer.read()
        return (killer or "the time it took") if os.waitpid(child, 0)[1] else None

    def _run(
        self,
        tests: Sequence[pytest.Item],
        write: Callable[[Mapping[int, set[int]]], None] | None,
        said: int,
    ) -> None:
        """In the fork, which ends with the first test that fails."""
        users: dict[int, set[int]] = defaultdict(set)
        for number, item in enumerate(tests):
            if write:
                self.watch(lambda line, number=number: users[line].add(number))
            following = tests[number + 1] if number + 1 < len(tests) else None
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if item.session.testsfailed:
                os.write(said, item.nodeid.encode())
                os._exit(1)
        sys.setprofile(None)
        if write:
            write(users)
        os._exit(0)


def survives(mutant: Mutant, tree: Path, database: bytes) -> bool:
    """Whether the tests pass in a copy of the house that has this mistake."""
    file = tree / mutant.path
    whole = file.read_text(encoding="utf-8")
    file.write_text(ast.unparse(mutant.tree), encoding="utf-8")
    options = ["-x", "-q", "-p", "no:cacheprovider", "--reuse-db"]
    command = [sys.executable, "-m", "pytest", *options, *TARGETS[mutant.path], RULES]
    made = tree / "made.sqlite3"
    made.write_bytes(database)
    try:
        done = subprocess.run(
            command,
            cwd=tree,
            env={**os.environ, "TEST_DATABASE": str(made)},
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    finally:
        file.write_text(whole, encoding="utf-8")
    return done.returncode == 0


def judge(path: str, found: Sequence[Mutant]) -> int:
    """Break a module, say of each mistake whether a test notices it, and return how many nothing noticed."""
    operation = Surgery(found)
    options = ["-q", "-s", "-p", "no:cacheprovider"]
    operation.watch(operation.early.add)
    if pytest.main([*options, *TARGETS[path]], plugins=[operation]):
        raise RuntimeError(f"The tests of {path} fail on the code as it is.")
    alive = len(operation.alive)
    with tempfile.TemporaryDirectory(prefix="helpdesk-mutants-") as folder:
        tree = Path(folder, "house")
        shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(".*", "db.sqlite3*", "staticfiles"))
        for mutant in operation.outside:
            lives = survives(mutant, tree, operation.kept)
            print("SURVIVED" if lives else "killed  ", mutant, flush=True)
            alive += lives
    return alive


def main() -> int:
    os.environ["DATABASE_URL"] = "sqlite:///unused.sqlite3"
    workers = int(os.environ.get("WORKERS") or os.cpu_count() or 1)
    paths = [path for path in TARGETS if all(word in path for word in sys.argv[1:])]
    found = {path: list(mutants(path)) for path in paths}
    jobs = [(path, found[path][part::workers]) for path in paths for part in range(workers)]
    with get_context("spawn").Pool(workers, maxtasksperchild=1) as pool:
        alive = sum(pool.starmap(judge, jobs, chunksize=1))
    count = sum(map(len, found.values()))
    share = alive / count if count else 0
    print(f"{count} mutants, {alive} survived ({share:.1%}; at most {LIMIT:.0%} may)")
    return int(share > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
