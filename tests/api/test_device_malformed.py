"""The short form of `bench malformed`: raw bytes at a real server. Nothing stored, no 5xx, no secret in its log."""

from pathlib import Path

from bench.malformed import KINDS, Target, attack, device_paths, faults_of_log, knock
from sorting.models import ClockRefusal
from tests.own_server import OwnServer


def row_count(server: OwnServer) -> int:
    tables = server.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
    # One row a bin counts what was signed rightly by a wrong clock: the counter that is all of it that is kept.
    counted = [table for (table,) in tables if table != ClockRefusal._meta.db_table]
    return sum(server.rows(f'SELECT count(*) FROM "{table}"')[0][0] for table in counted)


def test_whatever_is_sent_is_refused_without_a_row_and_without_a_secret_in_the_log(own_server: OwnServer) -> None:
    target = Target(own_server.port, device_paths(), "B-0007", own_server.key, "B-0008", own_server.make_key("B-0008"))
    before = row_count(own_server)
    outcome = attack(target=target, count=len(KINDS) * 20, seed="short")
    assert outcome.faults == []
    assert row_count(own_server) == before
    assert not list((own_server.folder / "photos").rglob("*.webp"))
    assert set(outcome.statuses) >= {400, 401, 405, 413}

    knock(target=target, outcome=outcome)
    assert outcome.faults == []
    assert outcome.knocks[200] >= 1
    assert outcome.knocks[429] >= 1
    assert faults_of_log(log=own_server.log, secrets=outcome.secrets) == []


def test_a_secret_in_the_log_is_seen(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    log.write_text('{"event": "refused", "key": "c2VjcmV0"}\n', encoding="utf8")
    assert faults_of_log(log=log, secrets={"c2VjcmV0"}) == ["a secret of 8 characters is in the log"]
