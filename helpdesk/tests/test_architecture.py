"""The house: who may import whom, how long things may be, and the rules that no layer breaks."""

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GROUND = {"choices", "people", "permissions"}
TRIAGE = {"triage", "triage/prediction", "triage/providers", "triage/local"}
FACES = {
    *GROUND,
    *TRIAGE,
    "accounts",
    "errors",
    "faults",
    "logs",
    "statements",
    "jobs",
    "tickets",
    "intake",
    "transfer",
    "reports",
    "workspace",
    "operations",
}
MAY_IMPORT = {
    "choices": set(),
    "people": {"choices"},
    "groups": {"choices"},
    "faults": set(),
    "logs": {"faults"},
    "statements": set(),
    "errors": {"faults", "logs"},
    "middleware": {"errors", "faults", "logs"},
    "permissions": {"choices"},
    "accounts": GROUND,
    "jobs": {"choices"},
    "tickets": {*GROUND, "jobs", "statements"},
    "triage/prediction": {"choices"},
    "triage/providers": {"choices", "triage/prediction"},
    "triage/local": {"choices", "triage/prediction"},
    "triage": {*GROUND, *TRIAGE, "jobs", "tickets"},
    "intake": {"choices", "tickets", "triage", "triage/prediction"},
    "transfer": {"choices", "people", "jobs", "tickets", "intake"},
    "reports": {"choices", "people", "tickets", "triage"},
    "workspace": {*GROUND, "jobs", "tickets", "intake"},
    "operations": {*GROUND, "jobs", "tickets", "triage", "reports"},
    "templatetags": {"choices", "people", "triage/providers"},
    "checks": {"accounts", "choices", "people", "triage/providers"},
    "models": {"accounts", "jobs", "operations", "tickets", "transfer", "triage", "workspace"},
    "tasks": {"triage"},
    "apps": {"checks", "groups", "jobs", "logs", "operations", "triage"},
    "admin": FACES,
    "api": FACES,
    "management": FACES,
}
SDKS = {"google", "httpx2", "openpyxl", "requests", "sklearn"}
WRITES = {"create", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "update", "save"}
LOADS = {"insert", "load", "loading.insert", "loading.load"}
WRITE_PATH = ROOT / "helpdesk" / "tickets" / "changes.py"
TICKETS = re.compile(r"\bTicket\.objects|\bqueryset\b|\b(?:ticket|fresh)\.save\b")
CODE = [
    path
    for folder in ("helpdesk", "project")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if not {"migrations", "tests"} & set(path.parts)
]
APP = [path for path in CODE if path.is_relative_to(ROOT / "helpdesk")]
APP.remove(ROOT / "helpdesk" / "__init__.py")


def imports(tree: ast.AST) -> Iterator[str]:
    """The dotted names of every import, wherever it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(path: str) -> str:
    """The longest entry of the table that this path below the app lies in, so that inner walls count."""
    parts = path.split("/")
    return next(
        name for end in range(len(parts), 0, -1) if (name := "/".join(parts[:end])) in MAY_IMPORT or end == 1
    )


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def breaches(paths: list[Path], rule: Callable[[Path, ast.Module], Iterator[str]]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}: {breach}"
        for path in paths
        for breach in rule(path, ast.parse(path.read_text()))
    ]


def test_a_room_imports_only_what_it_may():
    def rule(path: Path, tree: ast.Module) -> Iterator[str]:
        own = room(str(path.relative_to(ROOT / "helpdesk").with_suffix("")))
        ours = {
            room(name.removeprefix("helpdesk.").replace(".", "/"))
            for name in imports(tree)
            if name.startswith("helpdesk.")
        }
        yield from ours - {own} - MAY_IMPORT[own]

    assert not breaches(APP, rule)


def test_imports_stand_at_the_top():
    def rule(path: Path, tree: ast.Module) -> Iterator[str]:
        for function in functions(tree):
            if (path.name, function.name) != ("apps.py", "ready"):
                yield from {name for name in imports(function) if name.split(".")[0] not in SDKS}

    assert not breaches(CODE, rule)


def test_files_and_functions_stay_short():
    def rule(path: Path, tree: ast.Module) -> Iterator[str]:
        if path.read_text().count("\n") > 300:
            yield "more than 300 lines"
        yield from (
            function.name for function in functions(tree) if function.end_lineno - function.lineno >= 30
        )

    assert not breaches(CODE, rule)


def test_lines_of_templates_stay_short():
    templates = sorted((ROOT / "helpdesk" / "templates").rglob("*.html"))
    assert templates
    assert not [
        f"{path.relative_to(ROOT)}:{number}"
        for path in templates
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > 120
    ]


def test_project_names_the_app_by_dotted_path_only():
    project = [path for path in CODE if path.is_relative_to(ROOT / "project")]
    assert not breaches(project, lambda path, tree: (n for n in imports(tree) if n.startswith("helpdesk")))


def test_tickets_are_written_by_one_module():
    def rule(path: Path, tree: ast.Module) -> Iterator[str]:
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            name, given = ast.unparse(call.func), " ".join(map(ast.unparse, call.args[:1]))
            written = isinstance(call.func, ast.Attribute) and call.func.attr in WRITES
            loaded = name in LOADS and given in {"Ticket", "tickets"}
            if name == "Ticket" or loaded or (written and TICKETS.search(name)):
                yield ast.unparse(call)

    others = [path for path in APP if path != WRITE_PATH]
    assert not breaches(others, rule)
    assert breaches([WRITE_PATH], rule), "the rule sees no write at all"


def test_names_say_something():
    assert not {path.stem for path in CODE} & {"utils", "helpers", "common", "lib", "misc"}


def test_a_class_has_a_name_of_its_own():
    """Commands are all called Command, as Django wants them."""
    found = Counter(
        node.name
        for path in CODE
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.ClassDef) and path.parent.name != "commands"
    )
    assert not [name for name, times in found.items() if times > 1]


def test_a_dataclass_is_frozen_unless_its_room_changes_one():
    def attributes_set(folder: Path) -> set[str]:
        nodes = (node for path in folder.glob("*.py") for node in ast.walk(ast.parse(path.read_text())))
        return {
            node.attr for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        }

    def rule(path: Path, tree: ast.Module) -> Iterator[str]:
        for node in (node for node in tree.body if isinstance(node, ast.ClassDef)):
            made = " ".join(ast.unparse(part) for part in node.decorator_list)
            fields = {part.target.id for part in node.body if isinstance(part, ast.AnnAssign)}
            if made.startswith("dataclass") and "frozen=True" not in made:
                yield from set() if fields & attributes_set(path.parent) else {node.name}

    assert not breaches(APP, rule)


def test_no_signal_carries_a_business_rule():
    receivers = [
        path.name for path in CODE if ".connect(" in path.read_text() or "@receiver" in path.read_text()
    ]
    assert receivers == ["apps.py"]
