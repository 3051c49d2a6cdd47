"""Rows by the thousand: typed as the ORM reads them, and under the table's constraints on both databases."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from collection.models import Load
from households.models import Community
from lib.bulk_insert import insert_rows

pytestmark = pytest.mark.django_db
COLUMNS = ("load_id", "collected_on", "community_id", "category", "weight_g", "destination", "received_at")


def row(*, load_id: str, community: Community, now: dt.datetime, weight_g: int = 1) -> tuple[object, ...]:
    return (load_id, dt.date(2026, 11, 20), community.pk, "FOOD", weight_g, "LANDFILL", now)


def test_values_come_back_as_they_went_in(east_lake: Community, now: dt.datetime) -> None:
    odd = "tab\t, back\\slash, \\N, 'quote', 东"
    insert_rows(model=Load, columns=COLUMNS, rows=[row(load_id=odd, community=east_lake, now=now)])
    load = Load.objects.get(load_id=odd)
    assert (load.collected_on, load.received_at, load.community) == (dt.date(2026, 11, 20), now, east_lake)
    insert_rows(model=Load, columns=COLUMNS, rows=[])
    assert Load.objects.count() == 1


@pytest.mark.parametrize("weight_g", [1, 0])
def test_a_broken_constraint_is_an_integrity_error(east_lake: Community, now: dt.datetime, weight_g: int) -> None:
    insert_rows(model=Load, columns=COLUMNS, rows=[row(load_id="L-1", community=east_lake, now=now)])
    load_id = "L-1" if weight_g else "L-2"
    rows = [row(load_id=load_id, community=east_lake, now=now, weight_g=weight_g)]
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows(model=Load, columns=COLUMNS, rows=rows)
    assert Load.objects.count() == 1
