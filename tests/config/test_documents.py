"""What the documents point to is there: files, tests, commands, metrics."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text()):
        assert (document.parent / target).exists(), target


def test_the_tests_that_architecture_names_exist() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    for line in text.splitlines():
        folder = ""
        for path in re.findall(r"(tests/[\w/.]+|\btest_\w+\.py)", line.rpartition("|")[0]):
            if path.startswith("tests/"):
                assert (ROOT / path).exists(), path
                folder = path.rpartition("/")[0]
            else:
                assert (ROOT / folder / path).exists(), f"{folder}/{path}"


def test_the_commands_that_operations_names_exist() -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    named = set(re.findall(r"manage(?:\.py)? ([a-z_]+)", text))
    assert {"backup", "restore", "tally", "retry_faults"} <= named
    assert named <= get_commands().keys()


def test_the_figures_that_operations_names_are_served() -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    sources = "".join(
        path.read_text()
        for path in (
            ROOT / "pages" / "monitoring" / "views.py",
            ROOT / "api" / "device" / "metrics.py",
            ROOT / "api" / "device" / "mqtt" / "metrics.py",
        )
    )
    for name in re.findall(r"`(fenfen_[a-z_]+)", text):
        if name != "fenfen_before_restore":
            assert name.removesuffix("_total") in sources, name


def test_every_decision_has_a_number_of_its_own_and_a_line_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    pages = sorted(path.name for path in folder.glob("0*.md"))
    numbers = [name[:4] for name in pages]
    assert len(set(numbers)) == len(numbers), numbers
    assert re.findall(r"\]\((0[^)]+)\)", (folder / "README.md").read_text()) == pages
