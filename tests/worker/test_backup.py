"""A backup brings everything back: the rows of one moment, the triggers, the keys, and people's phones readable."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from tests.emptying import emptying_allowed
from tests.migrated import copy_migrated, postgresql_url
from worker.backup import BackupRefused, Manifest, make_backup, restore_backup
from worker.backup.archive import read_archive, write_archive
from worker.backup.counting import first_table_with_rows

PHONE = "13800000001"
FILL = f"""
import datetime as dt
from django.utils import timezone
from households.models import *
from people import secrets
from points import ledger
from points.models import AccountKind, Reason, RunKind
subdistrict = Subdistrict.objects.create(name="东城街道")
community = Community.objects.create(subdistrict=subdistrict, name="东湖花园")
zhang = Household.objects.create(community=community, serial=1, code="411003000000010", building="1", unit="1",
                                 room="101", enrolled_on=dt.date(2026, 1, 1))
Member.objects.create(household=zhang, phone_encrypted=secrets.encrypt(text="{PHONE}"),
                      phone_lookup=secrets.lookup_digest(text="{PHONE}"), joined_at=timezone.now())
ledger.post(lines=[ledger.Line(household_id=zhang.pk, debit=AccountKind.ISSUED, credit=AccountKind.PENDING,
                               points=10, reason=Reason.AWARD, reference="zhang-1")],
            kind=RunKind.POST, now=timezone.now())
"""
# A subdistrict and its community commit together: a backup that tore them apart would count more of one.
KEEP_WRITING = """
import itertools
from django.db import transaction
from households.models import *
for number in itertools.count(1):
    with transaction.atomic():
        Community.objects.create(subdistrict=Subdistrict.objects.create(name=f"S{number}"), name=f"C{number}")
    print(number, flush=True)
"""
LOOK = """
import json
from django.db import connection, Error
from households.models import *
from people import secrets
from points.models import Account, Transfer
member = Member.objects.get()
try:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE points_transfer SET points = 99")
    guard = "asleep"
except Error:
    guard = "awake"
print(json.dumps({
    "phone": secrets.decrypt(encrypted=member.phone_encrypted),
    "is_found": member.phone_lookup == secrets.lookup_digest(text=secrets.decrypt(encrypted=member.phone_encrypted)),
    "balance": sum(Account.objects.exclude(balance_points=None).values_list("balance_points", flat=True)),
    "transfers": Transfer.objects.count(),
    "subdistricts": Subdistrict.objects.count(),
    "communities": Community.objects.count(),
    "guard": guard,
}))
"""


@dataclass(frozen=True)
class Place:
    """A database and a state folder of the platform, with the keys in files, and commands run there."""

    state_dir: Path
    database_url: str

    def environment(self) -> dict[str, str]:
        """What a process of this place sees."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return kept | {"STATE_DIR": str(self.state_dir), "DATABASE_URL": self.database_url}

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """`manage.py` with arguments; the caller looks at the exit code."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env=self.environment() | environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def must(self, *arguments: str, **environment: str) -> str:
        """The same, which must end with 0; gives stdout."""
        done = self.run(*arguments, **environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def script(self, text: str) -> str:
        """Run a few lines of Python with the platform set up; gives the last line it printed."""
        return self.must("shell", "--no-imports", "-c", text).strip().rpartition("\n")[2]


def make_place(*, state_dir: Path, database_url: str) -> Place:
    """A place with keys of its own."""
    (state_dir / "keys").mkdir(parents=True)
    (state_dir / "keys" / "secret_key").write_text(f"secret of {state_dir.name}\n")
    (state_dir / "keys" / "encryption_keys").write_text(Fernet.generate_key().decode() + "\n")
    return Place(state_dir=state_dir, database_url=database_url)


def sqlite_place(*, state_dir: Path, factory: pytest.TempPathFactory) -> Place:
    """A migrated place on SQLite."""
    place = make_place(state_dir=state_dir, database_url=f"sqlite:///{state_dir}/fenfen.sqlite3")
    copy_migrated(factory=factory, folder=state_dir)
    return place


@pytest.mark.django_db
def test_what_migrations_load_leaves_a_database_empty() -> None:
    assert first_table_with_rows() is None


@pytest.fixture
def place(tmp_path: Path, transactional_db: None, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A migrated place on the kind of database that this run tests."""
    if connection.vendor == "sqlite":
        return sqlite_place(state_dir=tmp_path / "first", factory=tmp_path_factory)
    connection.close()
    return make_place(state_dir=tmp_path / "first", database_url=postgresql_url(name=connection.settings_dict["NAME"]))


def empty_place(*, place: Place, state_dir: Path) -> Place:
    """Another place of the same kind, empty and with other keys: a new machine."""
    if connection.vendor == "sqlite":
        return make_place(state_dir=state_dir, database_url=f"sqlite:///{state_dir}/new/fenfen.sqlite3")
    with emptying_allowed():
        call_command("flush", interactive=False, verbosity=0)
    connection.close()
    return make_place(state_dir=state_dir, database_url=place.database_url)


def test_a_backup_taken_while_rows_arrive_comes_back_whole(place: Place, tmp_path: Path) -> None:
    place.script(FILL)
    writer = subprocess.Popen(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", KEEP_WRITING],
        cwd=settings.BASE_DIR,
        env=place.environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert writer.stdout is not None
        assert writer.stdout.readline().strip() == "1"
        saved = json.loads(place.must("backup", str(tmp_path / "saved.tar.gz"), "--json"))
        assert writer.poll() is None, "the writer must go on while the backup is made"
    finally:
        writer.kill()
        writer.wait()
    assert (tmp_path / "saved.tar.gz").stat().st_mode & 0o777 == 0o600

    new = empty_place(place=place, state_dir=tmp_path / "second")
    restored = json.loads(new.must("restore", str(tmp_path / "saved.tar.gz"), "--json"))
    assert restored["row_counts"] == saved["row_counts"]
    assert restored["missing_migrations"] == 0
    seen = json.loads(new.script(LOOK))
    assert (seen["phone"], seen["is_found"]) == (PHONE, True)
    assert (seen["balance"], seen["transfers"], seen["guard"]) == (10, 1, "awake")
    assert seen["subdistricts"] == seen["communities"] == saved["row_counts"]["households_community"]
    assert seen["communities"] >= 2


def test_a_database_with_rows_is_replaced_only_when_told_to(place: Place, tmp_path: Path) -> None:
    saved = str(tmp_path / "saved.tar.gz")
    place.must("backup", saved)
    place.script(FILL)
    refused = place.run("restore", saved)
    assert refused.returncode == 1
    assert "数据库里已有数据" in refused.stderr
    assert json.loads(place.script(LOOK))["transfers"] == 1
    restored = json.loads(place.must("restore", saved, "--replace", "--json"))
    assert restored["row_counts"]["households_household"] == 0


def test_keys_come_back_and_are_said_aloud_where_the_environment_hides_them(place: Place, tmp_path: Path) -> None:
    saved = str(tmp_path / "saved.tar.gz")
    place.must("backup", saved)
    new = make_place(state_dir=tmp_path / "second", database_url=place.database_url)
    before = (new.state_dir / "keys" / "encryption_keys").read_text()
    other = Fernet.generate_key().decode()
    done = new.run("restore", saved, "--replace", "--json", ENCRYPTION_KEYS=other, SECRET_KEY="another secret")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["keys_to_set"] == ["SECRET_KEY", "ENCRYPTION_KEYS"]
    assert "ENCRYPTION_KEYS 来自环境变量" in done.stderr

    restored, original = (each.state_dir / "keys" / "encryption_keys" for each in (new, place))
    assert restored.read_text() == original.read_text()
    assert restored.stat().st_mode & 0o777 == 0o600
    assert restored.with_name("encryption_keys.before-restore").read_text() == before


@pytest.mark.django_db(transaction=True)
def test_a_backup_never_overwrites_another(tmp_path: Path) -> None:
    saved = tmp_path / "saved.tar.gz"
    make_backup(target=saved, now=timezone.now())
    with pytest.raises(BackupRefused, match="已存在"):
        make_backup(target=saved, now=timezone.now())
    for command, path in (("backup", tmp_path / "nowhere" / "saved.tar.gz"), ("restore", tmp_path / "absent.tar.gz")):
        with pytest.raises(CommandError) as wrong:
            call_command(command, str(path))
        assert wrong.value.returncode == 2


@pytest.mark.django_db(transaction=True)
def test_a_backup_of_a_newer_version_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.backup.making.applied_migrations", lambda: ["points.9999_of_next_year"])
    make_backup(target=tmp_path / "saved.tar.gz", now=timezone.now())
    with pytest.raises(BackupRefused, match="更新的版本"):
        restore_backup(source=tmp_path / "saved.tar.gz", is_replacing=True)


def test_a_crafted_file_cannot_write_elsewhere(tmp_path: Path) -> None:
    manifest = Manifest(
        format=1,
        made_at="",
        engine="sqlite",
        database_version="",
        fenfen_version="",
        django_version="",
        migrations=[],
        row_counts={},
        parts={"database.sqlite3": {}, "keys/secret_key": {}, "keys/encryption_keys": {}},
    )
    (tmp_path / "evil").write_text("evil")
    write_archive(target=tmp_path / "crafted.tar.gz", manifest=manifest, parts={"../evil-elsewhere": tmp_path / "evil"})
    (tmp_path / "out").mkdir()
    with pytest.raises(BackupRefused, match="unexpected part"):
        read_archive(source=tmp_path / "crafted.tar.gz", folder=tmp_path / "out")
    assert not (tmp_path / "evil-elsewhere").exists()


@pytest.mark.django_db(transaction=True)
def test_a_flipped_byte_is_refused_or_changes_nothing_that_is_read(tmp_path: Path) -> None:
    saved = tmp_path / "saved.tar.gz"
    make_backup(target=saved, now=timezone.now())
    good = saved.read_bytes()
    (tmp_path / "good").mkdir()
    wanted = (read_archive(source=saved, folder=tmp_path / "good"), contents(folder=tmp_path / "good"))
    positions = sorted({*range(64), *range(len(good) - 64, len(good)), *range(0, len(good), max(1, len(good) // 150))})
    refused = 0
    for number, position in enumerate(positions):
        damaged = bytearray(good)
        damaged[position] ^= 0xFF
        saved.write_bytes(damaged)
        folder = tmp_path / f"out-{number}"
        folder.mkdir()
        try:
            # Inside a run of equal bytes, deflate has several spellings of the same text: these are no damage.
            assert (read_archive(source=saved, folder=folder), contents(folder=folder)) == wanted
        except BackupRefused:
            refused += 1
    assert refused > len(positions) * 0.9


def contents(*, folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kept", [0.0, 0.5, 0.99])
def test_a_cut_off_file_is_refused(kept: float, tmp_path: Path) -> None:
    saved = tmp_path / "saved.tar.gz"
    make_backup(target=saved, now=timezone.now())
    whole = saved.read_bytes()
    saved.write_bytes(whole[: int(len(whole) * kept)])
    (tmp_path / "out").mkdir()
    with pytest.raises(BackupRefused):
        read_archive(source=saved, folder=tmp_path / "out")


@pytest.mark.postgres
def test_an_sqlite_place_moves_to_postgresql(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, transactional_db: None
) -> None:
    old = sqlite_place(state_dir=tmp_path / "old", factory=tmp_path_factory)
    old.script(FILL)
    saved = json.loads(old.must("backup", str(tmp_path / "saved.tar.gz"), "--json"))
    connection.close()
    new = make_place(state_dir=tmp_path / "new", database_url=postgresql_url(name=connection.settings_dict["NAME"]))
    restored = json.loads(new.must("restore", str(tmp_path / "saved.tar.gz"), "--json"))
    assert restored["row_counts"] == saved["row_counts"]
    seen = json.loads(new.script(LOOK))
    assert (seen["phone"], seen["balance"], seen["guard"]) == (PHONE, 10, "awake")
    # Keys go on where the moved rows end.
    assert new.script('from households.models import *\nprint(Subdistrict.objects.create(name="新区").pk)') == "2"
