"""What is stored about the Zhang household: all of it in the export, each kind in words on a page, each look named."""

import datetime as dt
import json
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import Model
from django.test import Client
from django.utils import timezone

from households.models import ConsentKind, Household, HouseholdChange, HouseholdPin
from households.services import give_pin, record_consent, sign_in_by_pin
from pages.my.stored.registry import KINDS, LEFT_OUT
from people.models import User
from points.models import CorrectionState, Flag, FlagKind, FlagState, PointCorrection
from points.services import Counter, collect_redemption
from sorting.models import Photo, SmartBin
from sorting.services.photo_opening import open_photo
from sorting.services.photos import record_photo
from tests.builders import make_drop_off, make_verification
from tests.conftest import NOON
from tests.lib.test_pictures import saved, scene
from tests.pages.my.conftest import make_resident
from tests.rewards import earn, make_reward, make_shop, make_shopkeeper, redeem

pytestmark = pytest.mark.django_db


def tables_of_a_home() -> set[type[Model]]:
    """Every table with a key to Household, or to a table that has one."""
    found: set[type[Model]] = {Household}
    while True:
        more = {
            model
            for model in apps.get_models(include_auto_created=True)
            if model not in found
            and any(
                field.is_relation and field.concrete and field.related_model in found
                for field in model._meta.get_fields()
            )
        }
        if not more:
            return found - {Household}
        found |= more


def test_no_table_that_points_at_a_home_is_forgotten_by_the_export() -> None:
    """A new table goes into pages.my.stored.registry: into KINDS, or into LEFT_OUT with a reason a resident reads."""
    registered = {model for kind in KINDS for model in kind.models} | {each.model for each in LEFT_OUT}
    forgotten = sorted(model._meta.label for model in tables_of_a_home() - registered)
    assert not forgotten
    assert all(each.why for each in LEFT_OUT)
    assert len({kind.noun for kind in KINDS}) == len(KINDS)


@pytest.fixture
def lived(
    zhang: Household, bin_07: SmartBin, chen: User, zhao: User, qian: User, photos_dir: Path
) -> tuple[Household, Photo]:
    """Mrs Zhang earned, was judged, was photographed, redeemed and was corrected; a flag was decided, one is open."""
    now = NOON
    record_consent(household=zhang, kind=ConsentKind.PHOTO, is_given=True, now=now)
    earn(households=[zhang], smart_bin=bin_07, points=300, now=now)
    bag = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=now, event_id="p-1", weight_g=1_620)
    make_verification(drop_off=bag, verdict="CONTAMINATED", guide=chen)
    record_photo(smart_bin=bin_07, event_id="p-1", data=saved(scene(width=400, height=300)), received_at=now)
    shop = make_shop()
    redemption = redeem(household=zhang, reward=make_reward(shops=[shop], by=zhao, points=100), key="k-1", now=now)
    counter = Counter(shop=shop, by=make_shopkeeper(shop=shop))
    collect_redemption(code=redemption.code, counter=counter, now=now)
    give_pin(household=zhang, by=zhao, now=now)
    PointCorrection.objects.create(
        household=zhang,
        points=20,
        reason="桶称错了",
        proposed_by=zhao,
        proposed_at=now,
        decided_by=qian,
        decided_at=now,
        state=CorrectionState.REFUSED,
        note="没有称错",
    )
    for occasion, decided in (("2026-W47", True), ("2026-W48", False)):
        Flag.objects.create(
            kind=FlagKind.SPLITTING,
            subject=f"household/{zhang.pk}/FOOD",
            occasion=occasion,
            community=zhang.community,
            household=zhang,
            starts_on=now.date(),
            ends_on=now.date(),
            figures={"bag_count": 7},
            opened_at=now,
            last_seen_at=now,
            **({"state": FlagState.DISMISSED, "decided_at": now, "decided_by": zhao} if decided else {}),
            decision_reason="看过了，正常" if decided else "",
        )
    return zhang, Photo.objects.get()


def test_the_export_has_points_verdicts_photos_corrections_and_what_was_decided(
    grandma: Client, lived: tuple[Household, Photo]
) -> None:
    _, photo = lived
    data = json.loads(grandma.get("/my/me/export").content)
    assert {each["kind"]: each["points"] for each in data["balances"]}["AVAILABLE"] == 200
    assert sum(each["points"] for each in data["days"]) == sum(
        each["awarded_points"] for each in data["day_settlements"]
    )
    bag = next(each for each in data["drop_offs"] if each["weight_g"] == 1_620)
    assert (bag["bin"], bag["point"]) == ("B-0007", "东门")
    assert bag["explanation"]
    assert [(each["drop_off"], each["verdict"]) for each in data["verdicts"]] == [(bag["number"], "CONTAMINATED")]
    (picture,) = data["photos"]
    assert (picture["drop_off"], picture["kept_until"]) == (bag["number"], "2027-02-21")
    assert grandma.get(picture["address"])["Content-Type"] == "image/webp"
    assert [(each["points"], each["reason"], each["note"]) for each in data["corrections"]] == [
        (20, "桶称错了", "没有称错")
    ]
    (redeemed,) = data["redemptions"]
    assert (redeemed["status"], redeemed["collected_at_shop"]) == ("COLLECTED", "东门超市")
    assert redeemed["settled_with_shop_at"] is None
    assert [each["status"] for each in redeemed["events"]] == ["RESERVED", "COLLECTED"]
    assert data["pin"][0]["set_at"] == "2026-11-23T12:00:00+08:00"
    assert [(each["state"], each["decision_reason"]) for each in data["flags"]] == [("DISMISSED", "看过了，正常")]
    assert photo.content_digest not in json.dumps(data)


def test_no_secret_and_no_row_of_wang_is_in_it(
    grandma: Client, lived: tuple[Household, Photo], wang: Household, bin_07: SmartBin, zhao: User
) -> None:
    zhang, _ = lived
    make_drop_off(smart_bin=bin_07, household=wang, occurred_at=NOON, weight_g=4_321)
    HouseholdChange.objects.create(
        household=wang, kind="MERGED", successor=zhang, reason="王家的私事", decided_by=zhao, at=NOON
    )
    text = grandma.get("/my/me/export").content.decode()
    assert '"direction": "in"' in text
    for hidden in ("4321", wang.code, "王家的私事", HouseholdPin.objects.get().pin_hash):
        assert hidden not in text


def test_the_page_counts_what_the_export_tells_and_says_how_long_and_who(
    grandma: Client, lived: tuple[Household, Photo]
) -> None:
    assert "/my/me/stored" in grandma.get("/my/me").content.decode()
    data = json.loads(grandma.get("/my/me/export").content)
    text = " ".join(grandma.get("/my/me/stored").content.decode().split())
    for kind in KINDS:
        assert f"{kind.title} <strong>{len(data[kind.noun])} 条</strong>" in text
        assert f"保存：{kind.kept.format(days=settings.PHOTO_KEPT_DAYS)}。" in text
        assert f"谁能看：{kind.seen_by}。" in text
    for each in LEFT_OUT:
        assert each.why in text


def test_an_officer_who_opens_a_photo_of_the_home_is_named_to_it_even_when_the_photo_is_gone(
    grandma: Client, lived: tuple[Household, Photo], wang_client: Client, zhao: User
) -> None:
    _, photo = lived
    open_photo(photo=photo, by=zhao, reason="与西门的照片核对", now=NOON)
    photo.delete()
    assert "赵科长：查看投放照片：与西门的照片核对" in grandma.get("/my/me").content.decode()
    looks = json.loads(grandma.get("/my/me/export").content)["looked_at_by"]
    assert [(each["by"], each["reason"]) for each in looks] == [("赵科长", "查看投放照片：与西门的照片核对")]
    assert "赵科长" not in wang_client.get("/my/me").content.decode()


def test_the_sign_in_of_who_has_left_is_the_homes_own_and_not_an_officials(
    grandma: Client, zhang: Household, zhao: User
) -> None:
    pin = give_pin(household=zhang, by=zhao, now=timezone.now())
    opened = sign_in_by_pin(code=zhang.code, pin=pin, address="10.0.0.1", now=timezone.now())
    opened.user.memberships.update(left_at=timezone.now())
    User.objects.filter(pk=opened.user.pk).update(display_name="")
    son = Client()
    son.force_login(make_resident(household=zhang, name="小张", phone="13800000002", now=NOON + dt.timedelta(days=1)))
    text = son.get("/my/me").content.decode()
    assert "家里人：凭户码和 PIN 码登录" in text
    assert "工作人员" not in text
