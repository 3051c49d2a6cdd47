"""A bin's keys: shown once, encrypted at rest, at most two valid, ended at once."""

import base64
import datetime as dt
import io
import json

import pytest
from django.core.management import CommandError, call_command

from sorting.models import BinKey, SmartBin
from sorting.queries.first_look import signing_bin
from sorting.services.bin_keys import BinRevoked, make_bin_key, revoke_bin

pytestmark = pytest.mark.django_db


def bin_key(*arguments: str) -> dict[str, str | None]:
    out = io.StringIO()
    call_command("bin_key", *arguments, "--json", stdout=out, stderr=io.StringIO())
    document: dict[str, str | None] = json.loads(out.getvalue())
    return document


def test_a_key_is_32_random_bytes_and_not_stored_in_the_open(bin_07: SmartBin, now: dt.datetime) -> None:
    key = make_bin_key(smart_bin=bin_07, now=now).key
    assert key.startswith("whsec_")
    assert len(base64.b64decode(key.removeprefix("whsec_"), validate=True)) == 32
    assert key.removeprefix("whsec_").encode() not in bytes(BinKey.objects.get().secret_encrypted)
    assert signing_bin(code=bin_07.code, now=now)[1] == [key]


def test_the_key_before_runs_out_after_a_day_and_an_older_one_at_once(bin_07: SmartBin, now: dt.datetime) -> None:
    day = dt.timedelta(hours=24)
    first = make_bin_key(smart_bin=bin_07, now=now)
    second = make_bin_key(smart_bin=bin_07, now=now)
    assert (first.previous_valid_until, second.previous_valid_until) == (None, now + day)
    assert signing_bin(code=bin_07.code, now=now)[1] == [second.key, first.key]
    third = make_bin_key(smart_bin=bin_07, now=now)
    assert signing_bin(code=bin_07.code, now=now)[1] == [third.key, second.key]
    assert signing_bin(code=bin_07.code, now=now + day)[1] == [third.key]


def test_a_revoked_bin_has_no_key_until_it_is_reinstated_with_a_new_one(bin_07: SmartBin, now: dt.datetime) -> None:
    make_bin_key(smart_bin=bin_07, now=now)
    revoke_bin(smart_bin=bin_07, now=now)
    bin_07.refresh_from_db()
    assert bin_07.revoked_at == now
    assert signing_bin(code=bin_07.code, now=now)[1] == []
    with pytest.raises(BinRevoked):
        make_bin_key(smart_bin=bin_07, now=now)
    key = make_bin_key(smart_bin=bin_07, now=now, is_reinstated=True).key
    bin_07.refresh_from_db()
    assert signing_bin(code=bin_07.code, now=now)[1] == [key]


def test_the_command_prints_the_key_once_as_the_contract_has_it(bin_07: SmartBin) -> None:
    first = bin_key("B-0007")
    assert set(first) == {"bin", "key", "previous_valid_until"}
    assert (first["bin"], first["previous_valid_until"]) == ("B-0007", None)
    second = bin_key("B-0007")
    assert second["key"] != first["key"]
    assert dt.datetime.fromisoformat(str(second["previous_valid_until"])).tzinfo


@pytest.mark.parametrize("code", ["B-9999", "B\x00"])
def test_an_unknown_bin_is_exit_1_with_a_message(bin_07: SmartBin, code: str) -> None:
    with pytest.raises(CommandError, match="no such bin") as raised:
        bin_key(code)
    assert raised.value.returncode == 1


def test_the_command_revokes_and_reinstates(bin_07: SmartBin) -> None:
    bin_key("B-0007")
    assert bin_key("B-0007", "--revoke")["revoked_at"]
    with pytest.raises(CommandError, match="reinstate") as raised:
        bin_key("B-0007")
    assert raised.value.returncode == 1
    assert bin_key("B-0007", "--reinstate")["previous_valid_until"] is None
