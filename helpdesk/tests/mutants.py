"""Breaks the code on purpose, one small mistake at a time, and names those that no test notices.

python -m helpdesk.tests.mutants            all of the modules below
python -m helpdesk.tests.mutants history    those whose path has this word
"""

import ast
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 0.05
SECONDS = 300
# What is broken, and the tests that must tell.
WRITES = [
    "helpdesk/tests/tickets",
    "helpdesk/tests/test_write_paths.py",
    "helpdesk/tests/triage/test_reactions.py",
    "helpdesk/tests/api/test_ticket_write.py",
]
DOORS = [
    "helpdesk/tests/test_permissions.py",
    "helpdesk/tests/api/test_permissions.py",
    "helpdesk/tests/test_closed_by_default.py",
    "helpdesk/tests/api/test_schema.py",
]
TARGETS = {
    "helpdesk/tickets/changes.py": WRITES,
    "helpdesk/tickets/history.py": [
        *WRITES,
        "helpdesk/tests/api/test_history.py",
        "helpdesk/tests/admin/test_ticket_page.py",
    ],
    "helpdesk/permissions.py": DOORS,
    "helpdesk/api/permissions.py": DOORS,
    "helpdesk/api/ordering.py": ["helpdesk/tests/api/test_pagination.py"],
    "helpdesk/api/pagination.py": [
        "helpdesk/tests/api/test_pagination.py",
        "helpdesk/tests/api/test_filters.py",
        "helpdesk/tests/api/test_ticket_list.py",
    ],
    "helpdesk/triage/local/blending.py": ["helpdesk/tests/triage/local"],
    "helpdesk/transfer/spreadsheets.py": ["helpdesk/tests/transfer"],
}
OPPOSITES: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.And: ast.Or, ast.Or: ast.And, ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    path: str
    line: int
    was: str
    source: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}  {self.was}"


def mutants(path: str) -> Iterator[Mutant]:
    """Every way to break one place of a module."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    for number, node in enumerate(ast.walk(tree)):
        broken = deepcopy(tree)
        place = next(other for count, other in enumerate(ast.walk(broken)) if count == number)
        if spoil(place):
            yield Mutant(
                path,
                getattr(node, "lineno", 0),
                ast.unparse(node)[:90].replace("\n", " "),
                ast.unparse(broken),
            )


def spoil(node: ast.AST) -> bool:
    """Put one mistake into this place; False where there is none to make."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in OPPOSITES:
            node.ops = [OPPOSITES[type(op)]()]
        case ast.BoolOp(op=op) | ast.BinOp(op=op) if type(op) in OPPOSITES and not is_annotation(node):
            node.op = OPPOSITES[type(op)]()
        case ast.UnaryOp(op=ast.Not()):
            node.op = ast.UAdd()
            node.operand = ast.Call(ast.Name("bool", ast.Load()), [node.operand], [])
        case ast.Constant(value=bool(value)):
            node.value = not value
        case ast.Constant(value=int(value)):
            node.value = value + 1
        case ast.Return(value=ast.expr()):
            node.value = ast.Constant(None)
        case ast.Expr(value=ast.Call()):
            node.value = ast.Constant(None)
        case _:
            return False
    ast.fix_missing_locations(node)
    return True


def is_annotation(node: ast.BoolOp | ast.BinOp) -> bool:
    """Whether it is a type such as ``int | None``."""
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr) and "None" in ast.unparse(node)


def survives(mutant: Mutant, tree: Path) -> bool:
    """Whether the tests pass in a copy of the house that has this mistake."""
    file = tree / mutant.path
    whole = file.read_text(encoding="utf-8")
    file.write_text(mutant.source, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *TARGETS[mutant.path]]
    try:
        done = subprocess.run(command, cwd=tree, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return False
    finally:
        file.write_text(whole, encoding="utf-8")
    return done.returncode == 0


def main() -> int:
    paths = [path for path in TARGETS if all(word in path for word in sys.argv[1:])]
    found = [mutant for path in paths for mutant in mutants(path)]
    with tempfile.TemporaryDirectory(prefix="helpdesk-mutants-") as folder:
        trees: Queue[Path] = Queue()
        for number in range(os.cpu_count() or 1):
            tree = Path(folder, str(number))
            shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(".*", "db.sqlite3*", "staticfiles"))
            trees.put(tree)

        def judge(mutant: Mutant) -> bool:
            tree = trees.get()
            try:
                alive = survives(mutant, tree)
            finally:
                trees.put(tree)
            print("SURVIVED" if alive else "killed  ", mutant, flush=True)
            return alive

        with ThreadPoolExecutor(trees.qsize()) as pool:
            alive = sum(pool.map(judge, found))
    share = alive / len(found) if found else 0
    print(f"{len(found)} mutants, {alive} survived ({share:.1%}; at most {LIMIT:.0%} may)")
    return int(share > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
