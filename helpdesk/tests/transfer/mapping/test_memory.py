"""What was settled once is not asked again."""

from dataclasses import replace

from helpdesk.tests.transfer.mapping.exports import understood
from helpdesk.transfer.mapping.memory import recall
from helpdesk.transfer.mapping.plan import ImportMapping
from helpdesk.transfer.mapping.survey import survey

FILE = "Nr;Titel;Zustand;Rest;Erstellt am\n1;A;offen;x;{}\n2;B;seltsam;y;{}\n"


def test_columns_values_and_choices_are_taken_over_and_new_values_are_proposed() -> None:
    _, settled = understood(FILE.format("02.03.2024", "03.03.2024"))
    settled.columns[3] = "description"
    settled.values["status"]["seltsam"] = "closed"
    settled.source, settled.rules.twice, settled.id_is_ours = "old", "skip", True
    settled.dates["4"].zone = "Europe/Berlin"
    kept = ImportMapping.from_json(settled.to_json())
    scan, _ = understood(FILE.format("2/13/2024", "2/14/2024") + "3;C;neu;z;2/3/2024\n")
    mapping = recall(scan, kept, {})
    assert mapping is not None
    assert (mapping.columns, mapping.source) == (settled.columns, "old")
    assert mapping.rules.twice == "skip"
    assert mapping.values["status"] == {"offen": "open", "seltsam": "closed", "neu": "open"}
    assert (mapping.dates["4"].order, mapping.dates["4"].zone) == ("month", "Europe/Berlin")
    assert not mapping.id_is_ours
    assert survey(scan, mapping).undecided == 0


def test_an_order_that_the_file_does_not_show_is_the_one_of_last_time() -> None:
    scan, settled = understood(FILE.format("2/3/2024", "4/3/2024"))
    settled.dates["4"].order = "month"
    mapping = recall(scan, settled, {})
    assert mapping is not None
    assert mapping.dates["4"].order == "month"


def test_other_columns_are_another_file() -> None:
    scan, settled = understood(FILE.format("2/3/2024", "4/3/2024"))
    assert recall(scan, replace(settled, fingerprint="other"), {}) is None
