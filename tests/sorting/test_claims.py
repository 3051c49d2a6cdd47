"""A machine shows its claim code, officer Zhao compares serial numbers, the machine gets its key; nobody else does."""

import datetime as dt
import io
import json
import random

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from people.models import User
from sorting.claim_codes import ALPHABET, new_claim_code, normal_claim_code
from sorting.models import BinClaim, BinKey, SmartBin
from sorting.queries.first_look import signing_bin
from sorting.services.bin_keys import make_bin_key, revoke_bin
from sorting.services.claims import (
    CLAIM_DAYS,
    BinCodeTaken,
    ClaimNotWaiting,
    ClaimOver,
    ClaimState,
    ClaimTaken,
    ClaimUnknown,
    Presented,
    decide_claim,
    make_claim,
    present_claim,
)
from sorting.services.status import Heartbeat, record_status
from tests.sorting.test_racing import at_once

SECRET = "machine-secret-0123456789"


@pytest.fixture
def claim(bin_07: SmartBin, zhao: User, now: dt.datetime) -> tuple[BinClaim, str]:
    """Zhao made a code for a bin 09 beside bin 07."""
    return make_claim(point=bin_07.point, bin_code="B-0009", categories="FOOD;RESIDUAL", officer=zhao, now=now)


def show(code: str, now: dt.datetime, secret: str = SECRET) -> Presented:
    return present_claim(code=code, serial_number="SN-77", model_name="X1", secret=secret, now=now)


@pytest.mark.django_db
def test_a_machine_waits_is_approved_and_gets_the_same_key_until_it_has_spoken(
    claim: tuple[BinClaim, str], zhao: User, now: dt.datetime
) -> None:
    row, code = claim
    assert show(code, now).state is ClaimState.WAITING
    assert decide_claim(claim=row, is_approved=True, officer=zhao, now=now).code == "B-0009"  # type: ignore[union-attr]
    first = show(code.lower().replace("-", " "), now)  # as people type
    assert (first.state, first.bin_code) == (ClaimState.APPROVED, "B-0009")
    smart_bin, keys = signing_bin(code="B-0009", now=now)
    assert keys == [first.key]
    assert smart_bin is not None
    assert smart_bin.categories == "FOOD;RESIDUAL"
    assert show(code, now).key == first.key  # its first answer was lost
    record_status(smart_bin=smart_bin, heartbeat=Heartbeat(signed_at=now, said_at=now), received_at=now)
    with pytest.raises(ClaimOver):
        show(code, now)
    row.refresh_from_db()
    assert (row.serial_number, row.decided_by, row.key_given_at) == ("SN-77", zhao, now)


@pytest.mark.django_db
def test_another_machine_with_the_same_code_gets_nothing(
    claim: tuple[BinClaim, str], zhao: User, now: dt.datetime
) -> None:
    row, code = claim
    show(code, now)
    decide_claim(claim=row, is_approved=True, officer=zhao, now=now)
    with pytest.raises(ClaimTaken):
        show(code, now, secret="another-machines-secret-999")
    assert not BinKey.objects.exists()


@pytest.mark.django_db
def test_a_code_runs_out_and_tells_a_stranger_nothing(
    claim: tuple[BinClaim, str], zhao: User, now: dt.datetime
) -> None:
    row, code = claim
    show(code, now)
    late = now + dt.timedelta(days=CLAIM_DAYS)
    with pytest.raises(ClaimOver):
        show(code, late)
    with pytest.raises(ClaimUnknown):
        show(code, late, secret="another-machines-secret-999")
    with pytest.raises(ClaimNotWaiting):
        decide_claim(claim=row, is_approved=True, officer=zhao, now=late)
    assert SmartBin.objects.count() == 1


@pytest.mark.django_db
def test_a_key_that_was_changed_or_revoked_meanwhile_is_not_given_by_the_claim(
    claim: tuple[BinClaim, str], zhao: User, now: dt.datetime
) -> None:
    row, code = claim
    show(code, now)
    smart_bin = decide_claim(claim=row, is_approved=True, officer=zhao, now=now)
    assert smart_bin is not None
    show(code, now)
    make_bin_key(smart_bin=smart_bin, now=now)
    with pytest.raises(ClaimOver):
        show(code, now)
    revoke_bin(smart_bin=smart_bin, now=now)
    with pytest.raises(ClaimOver):
        show(code, now)


@pytest.mark.django_db
def test_nothing_is_decided_before_a_machine_came_nor_twice(
    claim: tuple[BinClaim, str], zhao: User, now: dt.datetime
) -> None:
    row, code = claim
    with pytest.raises(ClaimNotWaiting):
        decide_claim(claim=row, is_approved=True, officer=zhao, now=now)
    show(code, now)
    assert decide_claim(claim=row, is_approved=False, officer=zhao, now=now) is None
    with pytest.raises(ClaimNotWaiting):
        decide_claim(claim=row, is_approved=True, officer=zhao, now=now)
    assert show(code, now).state is ClaimState.REFUSED
    assert not SmartBin.objects.filter(code="B-0009").exists()


@pytest.mark.django_db
def test_a_code_that_is_taken_is_refused_when_it_is_made_and_when_it_is_approved(
    claim: tuple[BinClaim, str], bin_07: SmartBin, zhao: User, now: dt.datetime
) -> None:
    with pytest.raises(BinCodeTaken):
        make_claim(point=bin_07.point, bin_code="B-0007", categories="FOOD", officer=zhao, now=now)
    row, code = claim
    show(code, now)
    SmartBin.objects.create(code="B-0009", point=bin_07.point, categories="FOOD", registered_at=now)
    with pytest.raises(BinCodeTaken):
        decide_claim(claim=row, is_approved=True, officer=zhao, now=now)


@pytest.mark.django_db
def test_neither_code_nor_secret_is_kept(claim: tuple[BinClaim, str], now: dt.datetime) -> None:
    row, code = claim
    show(code, now)
    row.refresh_from_db()
    kept = " ".join(str(value) for value in vars(row).values())
    assert code not in kept
    assert code.replace("-", "") not in kept
    assert SECRET not in kept


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_machines_at_once_one_has_the_claim_and_of_two_officers_one_decides(
    claim: tuple[BinClaim, str], zhao: User, now: dt.datetime
) -> None:
    row, code = claim

    def machine(number: int) -> str:
        try:
            return show(code, now, secret=f"{SECRET}-{number}").state.value
        except ClaimTaken:
            return "taken"
        finally:
            connection.close()

    assert sorted(at_once(senders=6, work=machine)) == ["taken"] * 5 + ["waiting"]

    def officer(number: int) -> bool:
        try:
            return decide_claim(claim=row, is_approved=bool(number % 2), officer=zhao, now=now) is not None
        except ClaimNotWaiting:
            return False
        finally:
            connection.close()

    approvals = at_once(senders=6, work=officer)
    row.refresh_from_db()
    assert sum(approvals) == int(bool(row.is_approved)) == SmartBin.objects.filter(code="B-0009").count()


def test_codes_are_not_alike() -> None:
    codes = {new_claim_code() for _ in range(500)}
    assert len(codes) == 500
    assert all(normal_claim_code(text=code) == code.replace("-", "") for code in codes)


@given(seed=st.integers(), place=st.integers(0, 11), other=st.sampled_from(ALPHABET))
def test_a_mistyped_code_is_none(seed: int, place: int, other: str) -> None:
    code = normal_claim_code(text=new_claim_code())
    assert code is not None
    wrong = code[:place] + other + code[place + 1 :]
    assert (normal_claim_code(text=wrong) is None) == (wrong != code)
    at = random.Random(seed).randrange(11)
    swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    assert (normal_claim_code(text=swapped) is None) == (swapped != code)


def run(*options: str) -> object:
    out = io.StringIO()
    call_command("bin_claim", "--json", *options, stdout=out)
    return json.loads(out.getvalue())


@pytest.mark.django_db
def test_the_command_makes_lists_and_decides(bin_07: SmartBin, zhao: User) -> None:
    made = run("--community", "东湖花园", "--point", "东门", "--bin", "B-0009", "--by", "zhao")
    assert isinstance(made, dict)
    assert run() == []
    show(str(made["claim_code"]), timezone.now())
    listed = run()
    assert isinstance(listed, list)
    [waiting] = listed
    assert (waiting["claim"], waiting["serial_number"]) == (made["claim"], "SN-77")
    decided = run("--approve", str(made["claim"]), "--by", "zhao")
    assert isinstance(decided, dict)
    assert decided["approved"] is True
    assert SmartBin.objects.filter(code="B-0009").exists()
    with pytest.raises(CommandError) as error:
        run("--refuse", str(made["claim"]), "--by", "zhao")
    assert error.value.returncode == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--approve", "1"), 2),
        (("--approve", "1", "--refuse", "1", "--by", "zhao"), 2),
        (("--approve", "1", "--by", "nobody"), 1),
        (("--bin", "B-1", "--point", "东门", "--community", "东湖花园", "--categories", "GOLD"), 2),
        (("--bin", "B-1", "--point", "南门", "--community", "东湖花园"), 1),
    ],
)
def test_wrong_usage_of_the_command(bin_07: SmartBin, zhao: User, options: tuple[str, ...], code: int) -> None:
    with pytest.raises(CommandError) as error:
        run(*options)
    assert error.value.returncode == code
