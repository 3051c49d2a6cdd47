"""The second factor: a code works once, is not guessed, and is reset by somebody else."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from people.models import AccessLog, RecoveryCode, SecondFactor, User
from people.services.second_factor import (
    STEP_S,
    FactorLocked,
    FactorStanding,
    FactorWrong,
    ResetNotAllowed,
    begin_factor,
    check_factor,
    needs_factor,
    reset_factor,
)
from tests.signing_in import code_of_app, give_factor

pytestmark = pytest.mark.django_db(transaction=True)
WRONG = "12345"  # a digit too short: never the code by chance


def test_zhaos_code_works_once_and_the_next_one_again(zhao: User, now: dt.datetime) -> None:
    give_factor(user=zhao, now=now)
    later = now + dt.timedelta(minutes=5)
    code = code_of_app(user=zhao, now=later)
    check_factor(user=zhao, code=f"{code[:3]} {code[3:]}", now=later)
    with pytest.raises(FactorWrong):
        check_factor(user=zhao, code=code, now=later)
    after = later + dt.timedelta(seconds=STEP_S)
    check_factor(user=zhao, code=code_of_app(user=zhao, now=after), now=after)


def test_a_code_of_two_minutes_ago_is_over(zhao: User, now: dt.datetime) -> None:
    give_factor(user=zhao, now=now - dt.timedelta(hours=1))
    old = code_of_app(user=zhao, now=now - dt.timedelta(minutes=2))
    with pytest.raises(FactorWrong):
        check_factor(user=zhao, code=old, now=now)


def test_a_recovery_code_works_once_and_is_kept_as_a_digest_only(zhao: User, now: dt.datetime) -> None:
    codes = give_factor(user=zhao, now=now)
    check_factor(user=zhao, code=codes[0], now=now)
    with pytest.raises(FactorWrong):
        check_factor(user=zhao, code=codes[0], now=now)
    check_factor(user=zhao, code=codes[1], now=now)
    kept = set(RecoveryCode.objects.values_list("code_digest", flat=True))
    assert len(kept) == len(codes)
    assert not kept & {code.replace("-", "") for code in codes}


def test_after_five_wrong_codes_not_even_the_right_one_counts_for_a_quarter_of_an_hour(
    zhao: User, now: dt.datetime
) -> None:
    give_factor(user=zhao, now=now)
    later = now + dt.timedelta(minutes=5)
    for _ in range(5):
        with pytest.raises(FactorWrong):
            check_factor(user=zhao, code=WRONG, now=later)
    with pytest.raises(FactorLocked):
        check_factor(user=zhao, code=code_of_app(user=zhao, now=later), now=later)
    over = later + dt.timedelta(minutes=16)
    check_factor(user=zhao, code=code_of_app(user=zhao, now=over), now=over)
    assert SecondFactor.objects.get(user=zhao).wrong_count == 0


def test_a_factor_in_use_is_not_set_up_anew_before_another_administrator_reset_it(
    zhao: User, chen: User, now: dt.datetime
) -> None:
    give_factor(user=zhao, now=now)
    with pytest.raises(FactorStanding):
        begin_factor(user=zhao)
    admin = User.objects.create_superuser(username="admin")
    for by, whose in ((chen, zhao), (admin, admin)):
        with pytest.raises(ResetNotAllowed):
            reset_factor(user=whose, by=by, now=now)
    assert reset_factor(user=zhao, by=admin, now=now)
    assert not reset_factor(user=zhao, by=admin, now=now)
    assert AccessLog.objects.filter(user=admin, subject_kind="user", subject_id=zhao.pk).count() == 2
    begin_factor(user=zhao)


def test_officers_and_administrators_need_one_and_guide_chen_does_not(zhao: User, chen: User, now: dt.datetime) -> None:
    assert needs_factor(user=zhao, on=now.date())
    assert needs_factor(user=User.objects.create_superuser(username="admin"), on=now.date())
    assert not needs_factor(user=chen, on=now.date())


def test_a_sole_administrator_without_phone_and_codes_is_let_in_again_from_the_server(
    zhao: User, now: dt.datetime
) -> None:
    give_factor(user=zhao, now=now)
    for wrong in (["nobody", "--why", "手机丢了"], ["zhao", "--why", " "]):
        with pytest.raises(CommandError) as end:
            call_command("reset_second_factor", *wrong, stdout=StringIO())
        assert end.value.returncode == 2
    assert SecondFactor.objects.count() == 1

    out = StringIO()
    call_command("reset_second_factor", "zhao", "--why", "手机丢了", stdout=out)
    assert "已重设" in out.getvalue()
    assert SecondFactor.objects.count() == 0
    assert AccessLog.objects.get().reason == "在服务器上重设第二步验证:手机丢了"
    call_command("reset_second_factor", "zhao", "--why", "再试一次", stdout=out)
    assert "本来就没有" in out.getvalue()
