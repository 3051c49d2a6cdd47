"""Two clerks at once: no serial twice, no household twice, no card twice."""

import threading
from pathlib import Path

import pytest
from django.db import connection

from households.models import Card, Community, Household
from lib import import_command
from tests.importing import run_import, write_table

HEADINGS = "subdistrict,community,building,unit,room,rfid"


@pytest.mark.postgres  # the SQLite of the tests lies in memory and is not shared between threads
@pytest.mark.django_db(transaction=True)
def test_two_clerks_importing_overlapping_files_at_once_register_everybody_once(
    east_lake: Community, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert east_lake.pk
    # The lock alone must do: a second attempt after a collision is the net below it.
    monkeypatch.setattr(import_command, "ATTEMPTS_MAX", 1)
    rows = [f"东城街道,东湖花园,1,1,{number},C{number}" for number in range(4_000)]
    files = [
        write_table(tmp_path / "a.csv", HEADINGS, *rows[:3_000]),
        write_table(tmp_path / "b.csv", HEADINGS, *reversed(rows[1_000:])),
    ]
    created: list[int] = []
    gate = threading.Barrier(len(files))

    def work(path: Path) -> None:
        gate.wait()
        try:
            code, report = run_import("import_households", path)
            assert code == 0
            created.append(report["created"])
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(path,)) for path in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(created) == 4_000
    assert Household.objects.count() == Card.objects.filter(valid_to__isnull=True).count() == 4_000
    assert sorted(Household.objects.values_list("serial", flat=True)) == list(range(1, 4_001))
