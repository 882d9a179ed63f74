"""The command that measures triage on a file of labelled texts."""

import csv
import json
from collections.abc import Callable, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from helpdesk.management.commands import evaluate_triage
from helpdesk.tests.triage.local.desks import by_the_book, habits
from helpdesk.triage import classify
from helpdesk.triage.local import self_training
from helpdesk.triage.poison import Poison

HEADER = ("title", "description", "category", "priority", "source")
ROWS = [
    ("Charged twice on my invoice", "", "billing", "medium", "shop"),
    ("Forgot my password", "", "account", "medium", "bank"),
    ("The app crashes", "", "technical", "high", "bank"),
]

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> Path:
        path = tmp_path / "desk.csv"
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([header, *rows])
        return path

    return write


@pytest.fixture
def desks(write: Write) -> Path:
    """Two desks with the same habits, and one that does as every other desk."""
    sources = {"first": habits(80), "second": habits(80, seed=1), "third": by_the_book(20)}
    return write(
        [(e.title, e.description, e.category, "", name) for name, desk in sources.items() for e in desk]
    )


def run(*args: object) -> str:
    output = StringIO()
    call_command("evaluate_triage", *map(str, args), stdout=output)
    return output.getvalue()


def measured(*args: object) -> list[dict[str, Any]]:
    return json.loads(run(*args, "--json"))


def test_it_prints_figures_per_label_and_per_source(write: Write) -> None:
    lines = [" ".join(line.split()) for line in run(write(ROWS)).splitlines()]
    assert "category: local, as it comes" in lines
    assert "priority: local, as it comes" in lines
    assert any(line.startswith("all 3 1.000 1.000 0.") for line in lines)
    assert any("right at 80 % shown at 80 %" in line for line in lines)
    assert any(line.startswith("bank 2 1.000") for line in lines)
    assert "billing 1 1.000 1.000 1.000" in lines
    assert "truth / answer account billing technical" in lines


def test_the_texts_alone_are_learned_too(desks: Path, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(self_training, "FEWEST_TICKETS", 40)
    monkeypatch.setattr(evaluate_triage, "FEWEST_TICKETS", 40)
    *_, before, after = measured(desks, "--unlabelled")
    assert after["name"] == "after half of the texts without their labels"
    assert before["count"] == after["count"] == 80
    with pytest.raises(CommandError, match="needs a source with at least 80 texts"):
        run(write(ROWS), "--unlabelled")


def test_the_same_as_json(write: Write) -> None:
    category, priority = measured(write(ROWS))[:2]
    assert (category["field"], category["count"], category["accuracy"]) == ("category", 3, 1.0)
    assert set(category["sources"]) == {"bank", "shop"}
    assert priority["labels"]["high"]["recall"] == 0


def test_blank_labels_are_not_measured(write: Write) -> None:
    rows = [("Refund", "", "Billing ", "", "shop"), ("Refund", "", "", "", "shop")]
    category = measured(write(rows))[0]
    assert (category["field"], category["count"]) == ("category", 1)


def test_a_file_without_sources_is_one_source(write: Write) -> None:
    category = measured(write([("Refund", "", "billing", "")], HEADER[:4]))[0]
    assert list(category["sources"]) == [""]


def test_learning_is_shown_beside_the_cold_start(desks: Path) -> None:
    cold, *baselines, before, after, textbook, most = measured(desks, "--learn", 40)
    assert [each["name"] for each in baselines] == ["toy keywords", "always the most frequent"]
    assert textbook["name"] == "textbook TF-IDF, 40 labels of each source"
    assert most["name"] == "always the most frequent, 40 labels of each source"
    assert textbook["count"] == most["count"] == after["count"]
    assert cold["count"] == 180
    assert set(before["sources"]) == set(after["sources"]) == {"first", "second"}, "the third has too few"
    assert before["count"] == after["count"] <= 2 * 5 * 40
    assert before["accuracy"] < 0.5
    assert after["accuracy"] > 0.9


def test_all_labels_can_be_learned(desks: Path) -> None:
    after = measured(desks, "--learn", 40, "all")[-3]
    assert after["name"] == "after all labels of each source"
    assert set(after["sources"]) == {"first", "second", "third"}


def test_each_source_can_be_left_out(desks: Path) -> None:
    cold, *_, transfer, textbook = measured(desks, "--leave-one-source-out")
    assert transfer["name"] == "after all other families"
    assert textbook["name"] == "textbook TF-IDF, all other families"
    assert transfer["count"] == cold["count"]
    assert transfer["sources"]["first"]["accuracy"] > 0.9 > cold["sources"]["first"]["accuracy"]


def test_any_provider_can_be_measured(write: Write, settings: Any) -> None:
    settings.GEMINI_API_KEY = ""
    with pytest.raises(CommandError, match=r"gave no answer: .*GEMINI_API_KEY"):
        run(write(ROWS), "--provider", "gemini")


def test_a_provider_that_does_not_exist_is_named(write: Write) -> None:
    with pytest.raises(CommandError, match="nobody"):
        run(write(ROWS), "--provider", "nobody")


@pytest.mark.parametrize("option", [("--learn", "5"), ("--unlabelled",), ("--leave-one-source-out",)])
def test_only_the_local_model_learns(write: Write, option: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match=f"Only the {classify.LOCAL} provider learns"):
        run(write(ROWS), "--provider", "gemini", *option)


def test_leaving_out_the_only_source_is_refused(write: Write) -> None:
    with pytest.raises(CommandError, match="at least two sources"):
        run(write(ROWS[:1]), "--leave-one-source-out")


@pytest.mark.parametrize("count", ["0", "-1", "many"])
def test_a_number_of_labels_is_a_number(write: Write, count: str) -> None:
    with pytest.raises(CommandError, match="learn"):
        run(write(ROWS), "--learn", count)


@pytest.mark.parametrize(
    ("rows", "header", "complaint"),
    [
        ([], HEADER, "no labelled texts"),
        ([("Refund", "", "", "", "")], HEADER, "no labelled texts"),
        ([("Refund", "billing")], ("title", "category"), "no column description, priority"),
        ([("Refund", "", "sales", "")], HEADER[:4], r"Line 2: 'sales' is no category\. Use billing"),
        ([("Refund", "", "billing", "asap")], HEADER[:4], "Line 2: 'asap' is no priority"),
    ],
)
def test_a_wrong_file_is_refused_with_the_reason(
    write: Write, rows: Sequence[Sequence[str]], header: Sequence[str], complaint: str
) -> None:
    with pytest.raises(CommandError, match=complaint):
        run(write(rows, header))


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe\x00", b"title,description\n\x81\n"])
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.csv"
    path.write_bytes(content)
    with pytest.raises(CommandError, match=r"odd\.csv"):
        run(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"nowhere\.csv cannot be read: No such file"):
        run(tmp_path / "nowhere.csv")
    with pytest.raises(CommandError, match="cannot be read: Is a directory"):
        run(tmp_path)


def test_a_short_row_has_blank_cells(write: Write) -> None:
    assert measured(write([("Refund", "", "billing")]))[0]["count"] == 1


def test_a_long_cell_is_read(write: Write) -> None:
    assert measured(write([("Refund", "x " * 100_000, "billing", "", "")]))[0]["accuracy"] == 1


def test_bad_batches_are_drawn_from_the_largest_source(desks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluate_triage, "BATCHES", [Poison("random", 70)])
    said = run(desks, "--poison", 1).splitlines()
    assert said == [
        "category of first: batches after 0 right labels, 1 draws each",
        "  70 labels, random: 1 set aside",
    ]
