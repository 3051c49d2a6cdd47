"""docs/imports.md is what a clerk prepares files by: it names every column and every reason."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from collection.services import LOAD_COLUMNS
from households.services import COMMUNITY_COLUMNS, HOUSEHOLD_COLUMNS
from lib.tables import Column
from sorting.management.commands.import_drop_offs import Command as ImportDropOffs
from sorting.services.bin_file import BIN_COLUMNS

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "imports.md").read_text(encoding="utf8")
# The contract's columns, "?" where the column may be absent; the outlines came after it and may always be absent.
CONTRACT = {
    "import_communities": (
        COMMUNITY_COLUMNS,
        "subdistrict, community, is_urban_core, is_pilot, household_count?, resident_count?, "
        "sorted_collection_since?, sorted_transport_since?, outline?, subdistrict_outline?",
    ),
    "import_households": (
        HOUSEHOLD_COLUMNS,
        "subdistrict, community, building, unit, room, resident_count?, phone?, rfid?, enrolled_on?",
    ),
    "import_bins": (
        BIN_COLUMNS,
        "collection_point, community, latitude?, longitude?, open_windows?, bin, categories",
    ),
    "import_drop_offs": (
        ImportDropOffs.columns,
        "bin, event_id, card?, method?, category, weight_g, occurred_at, fill_rate?, sub_class?",
    ),
    "import_loads": (LOAD_COLUMNS, "load_id, collected_on, community, category, weight_kg, destination"),
}


@pytest.mark.parametrize("command", CONTRACT)
def test_the_columns_are_the_contracts(command: str) -> None:
    columns, contract = CONTRACT[command]
    assert ", ".join(column.name + "?" * (not column.is_required) for column in columns) == contract


@pytest.mark.parametrize("command", CONTRACT)
def test_the_guide_names_every_column_with_its_chinese_heading(command: str) -> None:
    columns: Sequence[Column] = CONTRACT[command][0]
    section = GUIDE.partition(f"`{command} FILE")[2].partition("\n## ")[0]
    for column in columns:
        row = next((line for line in section.splitlines() if re.match(rf"\| [^|]*\b{column.name}\b", line)), "")
        assert column.names_zh[0] in row, column.name
        assert ("?" in row) == (not column.is_required), column.name


def test_the_guide_explains_every_reason_of_ours() -> None:
    files = [
        *(ROOT / "lib").glob("*.py"),
        *(ROOT / "households/services").glob("*.py"),
        *(ROOT / "collection/services").glob("*.py"),
        ROOT / "sorting/services/bin_file.py",
    ]
    raised = {
        code
        for path in files
        for code in re.findall(
            r'(?:refused\([\w"]+, |CellRefused\(|Refusal\(\s*|code=)"([a-z_]+)"', path.read_text(encoding="utf8")
        )
    }
    assert len(raised) > 20
    assert {code for code in raised if f"{code}" not in GUIDE.partition("Why a row was refused")[2]} <= {
        "field_invalid",  # of JSON lines: a program reads that, not a clerk
        "moment_invalid",  # of the door of drop-offs, which has codes of its own
    }
