"""import_households: addresses, codes, phones and cards, in files as clerks make them."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from households.models import Card, Community, Household, Member
from households.phones import normal_phone
from households.queries import households_of_phone
from lib.check_digits import has_valid_check_digit
from people import secrets
from tests.importing import outcome, read_table, run_import, write_table, write_workbook

pytestmark = pytest.mark.django_db
HEADINGS = "subdistrict,community,building,unit,room,resident_count,phone,rfid,enrolled_on"
HEADINGS_ZH = "街道/乡镇,小区,楼栋,单元,室,人数,手机号,卡号,登记日期"
ZHANG = "东城街道,东湖花园,1,1,101,3,13800000001,A0000001,2026-01-01"
LI = "东城街道,东湖花园,1,1,102,2,13800000002,A0000002,2026-01-01"


def load(tmp_path: Path, *rows: str, headings: str = HEADINGS, options: tuple[str, ...] = ()) -> tuple[int, Any]:
    path = write_table(tmp_path / "households.csv", headings, *rows)
    code, report = run_import("import_households", path, *options)
    return code, outcome(report)


def rfids() -> list[tuple[str, str, bool, bool]]:
    """Every card: its household's room, its number, whether it is valid from ever, whether it is active."""
    cards = Card.objects.order_by("pk").select_related("household")
    return [(card.household.room, card.number, card.valid_from is None, card.valid_to is None) for card in cards]


@pytest.mark.usefixtures("east_lake")
@pytest.mark.parametrize("headings", [HEADINGS, HEADINGS_ZH])
def test_the_zhang_household_gets_a_code_a_card_and_a_phone_that_nobody_can_read(tmp_path: Path, headings: str) -> None:
    assert load(tmp_path, ZHANG, headings=headings) == (0, (1, 0, 0, []))
    zhang = Household.objects.get()
    assert (zhang.building, zhang.unit, zhang.room, zhang.resident_count) == ("1", "1", "101", 3)
    assert zhang.code == "411003000000018"
    assert has_valid_check_digit(number=zhang.code)
    assert zhang.enrolled_on == dt.date(2026, 1, 1)
    assert rfids() == [("101", "A0000001", True, True)]
    member = Member.objects.get()
    assert secrets.decrypt(encrypted=bytes(member.phone_encrypted)) == "13800000001"
    assert b"13800000001" not in bytes(member.phone_encrypted)
    assert households_of_phone(text="+86 138-0000-0001") == [zhang]


@pytest.mark.usefixtures("east_lake")
def test_a_workbook_does_as_well(tmp_path: Path) -> None:
    row = ["东城街道", "东湖花园", 1, 1, 101, 3, 13800000001, "A0000001", dt.date(2026, 1, 1)]
    path = write_workbook(tmp_path / "h.xlsx", HEADINGS_ZH.split(","), row)
    code, report = run_import("import_households", path)
    assert (code, outcome(report)) == (0, (1, 0, 0, []))
    assert load(tmp_path, ZHANG) == (0, (0, 0, 1, []))


@pytest.mark.usefixtures("east_lake")
def test_without_a_day_a_household_is_enrolled_on_the_local_day(tmp_path: Path) -> None:
    with time_machine.travel("2026-11-23T16:30:00Z", tick=False):
        load(tmp_path, "东城街道,东湖花园,1,1,101", headings="subdistrict,community,building,unit,room")
    assert Household.objects.get().enrolled_on == dt.date(2026, 11, 24)


@pytest.mark.usefixtures("east_lake")
def test_repeating_a_file_changes_nothing(tmp_path: Path) -> None:
    load(tmp_path, ZHANG, LI)
    before = [*Household.objects.values(), *Card.objects.values(), *Member.objects.values()]
    assert load(tmp_path, ZHANG, LI) == (0, (0, 0, 2, []))
    assert load(tmp_path, "东城街道,东湖花园,1,1,101,,,,") == (0, (0, 0, 1, []))
    assert [*Household.objects.values(), *Card.objects.values(), *Member.objects.values()] == before


@pytest.mark.usefixtures("east_lake")
@pytest.mark.parametrize(
    ("row", "field", "value"),
    [
        (ZHANG.replace(",3,", ",4,"), "resident_count", 4),
        (ZHANG.replace("2026-01-01", "2026-03-01"), "enrolled_on", dt.date(2026, 3, 1)),
    ],
)
def test_other_values_change_the_household_and_never_its_code(
    tmp_path: Path, row: str, field: str, value: object
) -> None:
    load(tmp_path, ZHANG)
    code = Household.objects.get().code
    assert load(tmp_path, row) == (0, (0, 1, 0, []))
    zhang = Household.objects.get()
    assert (getattr(zhang, field), zhang.code) == (value, code)


@pytest.mark.usefixtures("east_lake")
def test_another_phone_replaces_the_one_of_the_file_and_leaves_named_members_alone(tmp_path: Path) -> None:
    load(tmp_path, ZHANG)
    zhang = Household.objects.get()
    named = Member.objects.create(household=zhang, name="张三", joined_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    assert load(tmp_path, ZHANG.replace("13800000001", "13900000001")) == (0, (0, 1, 0, []))
    assert load(tmp_path, ZHANG.replace("13800000001", "139 0000 0001")) == (0, (0, 0, 1, []))
    members = Member.objects.exclude(pk=named.pk)
    assert [secrets.decrypt(encrypted=bytes(member.phone_encrypted)) for member in members] == ["13900000001"]


@pytest.mark.usefixtures("east_lake")
def test_another_card_replaces_the_one_before_which_keeps_its_history(tmp_path: Path) -> None:
    load(tmp_path, ZHANG)
    assert load(tmp_path, ZHANG.replace("A0000001", "a0000001")) == (0, (0, 0, 1, []))
    assert load(tmp_path, ZHANG.replace("A0000001", "B1")) == (0, (0, 1, 0, []))
    assert rfids() == [("101", "A0000001", True, False), ("101", "B1", False, True)]
    old, new = Card.objects.order_by("pk")
    assert old.valid_to == new.valid_from
    # The first card again is another issue of it.
    assert load(tmp_path, ZHANG) == (0, (0, 1, 0, []))
    assert rfids()[-1] == ("101", "A0000001", False, True)


@pytest.mark.usefixtures("east_lake")
def test_the_first_card_of_a_household_that_had_none_is_valid_at_all_times(tmp_path: Path) -> None:
    load(tmp_path, ZHANG.replace("A0000001", ""))
    assert rfids() == []
    assert load(tmp_path, ZHANG) == (0, (0, 1, 0, []))
    assert rfids() == [("101", "A0000001", True, True)]
    assert not Card.objects.get().is_searched


@pytest.mark.usefixtures("east_lake")
def test_a_card_in_use_elsewhere_is_refused_with_that_reason_and_nothing_of_the_row_is_taken(tmp_path: Path) -> None:
    load(tmp_path, ZHANG)
    row = LI.replace("A0000002", "A0000001")
    path = write_table(tmp_path / "again.csv", HEADINGS, row)
    code, report = run_import("import_households", path)
    assert (code, outcome(report)) == (1, (0, 0, 0, [(2, "card_held_elsewhere")]))
    assert "411003000000018" in report["refused"][0]["message"]
    assert Household.objects.count() == 1
    # The same within one file, before anything is written.
    assert load(tmp_path, ZHANG.replace(",101,", ",103,").replace("A0000001", "C1"), LI.replace("A0000002", "c1")) == (
        1,
        (1, 0, 0, [(3, "card_held_elsewhere")]),
    )


@pytest.mark.usefixtures("east_lake")
def test_a_card_that_one_household_gives_up_may_go_to_another_in_the_same_file(tmp_path: Path) -> None:
    load(tmp_path, ZHANG, LI)
    swap = (ZHANG.replace("A0000001", "NEW"), LI.replace("A0000002", "A0000001"))
    assert load(tmp_path, *swap) == (0, (0, 2, 0, []))
    assert [(room, number) for room, number, _, active in rfids() if active] == [("101", "NEW"), ("102", "A0000001")]


@pytest.mark.usefixtures("east_lake")
def test_the_same_household_twice_in_a_file_is_changed_by_the_later_row(tmp_path: Path) -> None:
    later = ZHANG.replace("A0000001", "B1").replace("13800000001", "13900000009").replace(",3,", ",5,")
    assert load(tmp_path, ZHANG, later, later) == (0, (1, 1, 1, []))
    assert Household.objects.get().resident_count == 5
    assert rfids() == [("101", "A0000001", True, False), ("101", "B1", False, True)]
    assert secrets.decrypt(encrypted=bytes(Member.objects.get().phone_encrypted)) == "13900000009"


def test_an_address_whose_household_has_left_is_registered_anew_and_may_get_its_card(
    zhang: Household, tmp_path: Path
) -> None:
    Household.objects.filter(pk=zhang.pk).update(left_on=dt.date(2026, 6, 1))
    assert load(tmp_path, ZHANG) == (0, (1, 0, 0, []))
    assert Household.objects.filter(room="101").count() == 2
    assert Card.objects.get(valid_to__isnull=True).household.code != zhang.code


def test_what_is_refused_names_its_line_and_says_why(
    east_lake: Community, west_park: Community, tmp_path: Path
) -> None:
    code, (created, _, _, refused) = load(
        tmp_path,
        ZHANG.replace("东湖花园", "南山小区"),
        ZHANG.replace("东湖花园", west_park.name),
        ZHANG.replace(",101,", ",,"),
        ZHANG.replace(",3,", ",３,"),
        ZHANG.replace(",3,", ",1000,"),
        ZHANG.replace("13800000001", "call me"),
        ZHANG.replace("A0000001", "411003000000018"),
        ZHANG.replace("A0000001", "Ａ１"),
        ZHANG.replace("A0000001", "x" * 65),
        ZHANG.replace("2026-01-01", "1/1/2026"),
        ZHANG.replace(",101,", ",\0,"),
        '"' + ZHANG,
        LI,
    )
    assert (code, created) == (1, 1)
    assert refused == [
        (2, "community_unknown"),
        (3, "community_of_another_subdistrict"),
        (4, "missing_value"),
        (5, "not_a_whole_number"),
        (6, "out_of_range"),
        (7, "phone_invalid"),
        (8, "card_is_household_code"),
        (9, "card_unreadable"),
        (10, "too_long"),
        (11, "date_invalid"),
        (12, "control_character"),
        (13, "row_unreadable"),
    ]
    assert list(east_lake.households.values_list("room", flat=True)) == ["102"]


@pytest.mark.usefixtures("east_lake")
def test_full_width_digits_in_an_address_are_the_same_address(tmp_path: Path) -> None:
    load(tmp_path, ZHANG)
    assert load(tmp_path, ZHANG.replace(",1,1,101,", ",１,１,１０１,")) == (0, (0, 0, 1, []))


@pytest.mark.usefixtures("east_lake")
def test_the_codes_come_back_in_the_order_of_the_file_and_can_be_opened_safely(tmp_path: Path) -> None:
    codes = tmp_path / "codes.csv"
    odd = '东城街道,东湖花园,"=HYPERLINK(""x"")",1,9,,,,'
    load(tmp_path, LI, ZHANG, odd, "bad,row,,,", LI, options=("--codes", str(codes)))
    found = read_table(codes)
    assert list(found[0]) == ["subdistrict", "community", "building", "unit", "room", "household_code", "rfid"]
    assert [(row["room"], row["household_code"], row["rfid"]) for row in found] == [
        ("102", "411003000000018", "A0000002"),
        ("101", "411003000000026", "A0000001"),
        ("9", "411003000000034", ""),
    ]
    assert found[2]["building"] == '\'=HYPERLINK("x")'
    # Our own file is a file of households again.
    code, report = run_import("import_households", codes)
    assert (code, outcome(report)) == (0, (0, 0, 3, []))


@pytest.mark.usefixtures("east_lake")
def test_strict_loads_none_and_writes_no_codes_if_one_is_bad(tmp_path: Path) -> None:
    codes = tmp_path / "codes.csv"
    options = ("--strict", "--codes", str(codes))
    assert load(tmp_path, ZHANG, "东城街道,东湖花园,1,1,,,,,", options=options) == (
        1,
        (0, 0, 0, [(3, "missing_value")]),
    )
    assert not Household.objects.exists()
    assert not codes.exists()
    assert load(tmp_path, ZHANG, options=options) == (0, (1, 0, 0, []))
    assert len(read_table(codes)) == 1


@pytest.mark.usefixtures("east_lake")
def test_wrong_usage(tmp_path: Path) -> None:
    path = write_table(tmp_path / "h.csv", HEADINGS.replace("room", "door"), ZHANG)
    assert run_import("import_households", path) == (2, {})
    path = write_table(tmp_path / "h.csv", HEADINGS, ZHANG)
    assert run_import("import_households", path, "--codes", str(tmp_path / "none" / "codes.csv")) == (2, {})
    assert not Household.objects.exists()


@pytest.mark.usefixtures("east_lake")
def test_a_file_longer_than_a_chunk_takes_few_queries(tmp_path: Path, django_assert_max_num_queries: Any) -> None:
    rows = [
        f"东城街道,东湖花园,{number // 100},1,{number % 100},3,138{number:08d},C{number:07d},"
        for number in range(4_500)
    ]
    with django_assert_max_num_queries(75):
        assert load(tmp_path, *rows) == (0, (4_500, 0, 0, []))
    with django_assert_max_num_queries(45):
        assert load(tmp_path, *rows) == (0, (0, 0, 4_500, []))
    assert Household.objects.count() == Card.objects.count() == Member.objects.count() == 4_500


@settings(max_examples=200)
@given(digits=st.from_regex(r"1[0-9]{10}", fullmatch=True), prefix=st.sampled_from(["", "+86", "+86 ", "0086", "86-0"]))
def test_a_mobile_number_is_the_same_however_it_was_typed(digits: str, prefix: str) -> None:
    typed = f"{prefix}{digits[:3]} {digits[3:7]}-{digits[7:]}"
    if prefix != "86-0":
        assert normal_phone(text=typed) == digits


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("0371-65651234", "037165651234"),
        ("(0371) 6565 1234", "037165651234"),
        ("+44 20 7946 0000", "+442079460000"),
        ("004420 7946 0000", "+442079460000"),
        ("12345", "12345"),
        ("1234", None),
        ("１３８００００００００", None),
        ("+86", None),
        ("1" * 16, None),
    ],
)
def test_phones_are_checked_loosely(text: str, phone: str | None) -> None:
    assert normal_phone(text=text) == phone
