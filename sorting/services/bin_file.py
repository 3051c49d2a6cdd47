"""import_bins: collection points, their windows and their bins from a table. Key: the bin; other values change it."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from households.models import Community
from lib.cells import CellRefused, Cells, labels_of
from lib.import_command import in_own_transaction
from lib.import_report import ImportReport
from lib.tables import Column, Refusal, TableRow
from sorting.categories import WasteCategory
from sorting.models import CollectionPoint, OpenWindow, SmartBin
from sorting.open_windows import Window, WindowsInvalid, parse_windows

NAME_LENGTH_MAX = 80
BIN_LENGTH_MAX = 64

BIN_COLUMNS = (
    Column("collection_point", ("投放点",)),
    Column("community", ("小区", "小区名称")),
    Column("latitude", ("纬度",), is_required=False),
    Column("longitude", ("经度",), is_required=False),
    Column("open_windows", ("投放时段", "开放时段"), is_required=False),
    Column("bin", ("智能桶", "桶号", "桶")),
    Column("categories", ("收集类别", "类别")),
)
_LABELS = labels_of(BIN_COLUMNS)

PointKey = tuple[int, str]


@dataclass(frozen=True, slots=True)
class _Claim:
    """What one row says of a bin and its point. None = the row leaves it open."""

    row: TableRow
    point_key: PointKey
    coordinates: tuple[float, float] | None
    windows: tuple[Window, ...] | None
    bin_code: str
    categories: str


def import_bins(*, rows: Iterator[TableRow], report: ImportReport, now: dt.datetime) -> None:
    """Create and change points and bins. A bin may move to another point; drop-offs keep the point's community and
    their `is_in_window`, which were decided on arrival.

    A point's facts may stand in any of its bins' rows: an empty cell follows the row that has them, and only where
    no row of the file names windows is the point open all day. So all rows are read before the first is loaded.
    """
    communities = dict(Community.objects.values_list("name", "pk"))
    claims = []
    for row in rows:
        try:
            claims.append(_claim(row=row, communities=communities))
        except CellRefused as error:
            report.refuse(row=row, refusal=error.refusal)
    report.add(in_own_transaction(partial(_load, claims=_with_windows_of_point(claims=claims), now=now)))


def _claim(*, row: TableRow, communities: dict[str, int]) -> _Claim:
    cells = Cells(cells=row.cells, labels=_LABELS)
    point = cells.text("collection_point", length_max=NAME_LENGTH_MAX)
    name = cells.text("community", length_max=NAME_LENGTH_MAX)
    if name not in communities:
        raise cells.refused("community", "community_unknown", f"“{name}”没有登记，请先导入小区")
    return _Claim(
        row=row,
        point_key=(communities[name], point),
        coordinates=_coordinates(cells=cells),
        windows=_windows(cells=cells, is_named="open_windows" in row.cells),
        bin_code=cells.text("bin", length_max=BIN_LENGTH_MAX),
        categories=_categories(cells=cells),
    )


def _coordinates(*, cells: Cells) -> tuple[float, float] | None:
    latitude = cells.decimal("latitude", minimum=-90, maximum=90)
    longitude = cells.decimal("longitude", minimum=-180, maximum=180)
    if latitude is None and longitude is None:
        return None
    if latitude is None or longitude is None:
        missing = "latitude" if latitude is None else "longitude"
        raise cells.refused(missing, "missing_value", "不能为空：纬度和经度要一起填")
    return float(latitude), float(longitude)


def _windows(*, cells: Cells, is_named: bool) -> tuple[Window, ...] | None:
    """None where the file has no such column; no windows where the cell is empty."""
    if not is_named:
        return None
    try:
        return tuple(parse_windows(text=cells.text_or_none("open_windows", length_max=300) or ""))
    except WindowsInvalid as error:
        raise CellRefused("windows_invalid", str(error)) from None


def _categories(*, cells: Cells) -> str:
    """The codes in the standard's order, joined by ';'."""
    text = cells.text("categories", length_max=200)
    for separator in "；、,，|":
        text = text.replace(separator, ";")
    taken = set()
    for part in filter(None, (part.strip() for part in text.split(";"))):
        one = Cells(cells={"categories": part}, labels=_LABELS)
        taken.add(one.choice("categories", choices=WasteCategory, code="category_unknown"))
    if not taken:
        raise cells.refused("categories", "missing_value", "不能为空")
    return ";".join(category.value for category in WasteCategory if category in taken)


def _with_windows_of_point(*, claims: list[_Claim]) -> list[_Claim]:
    """The same claims, where an empty cell does not speak against a row of the same point that names windows."""
    named = {claim.point_key for claim in claims if claim.windows}
    return [
        claim
        if claim.windows or claim.point_key not in named
        else _Claim(claim.row, claim.point_key, claim.coordinates, None, claim.bin_code, claim.categories)
        for claim in claims
    ]


def _load(*, claims: Sequence[_Claim], now: dt.datetime) -> ImportReport:
    loader = _Loader(claims=claims, now=now)
    for claim in claims:
        loader.load(claim)
    return loader.outcome


class _Loader:
    """Points and bins as they stand, and which row of the file said what of a point."""

    def __init__(self, *, claims: Sequence[_Claim], now: dt.datetime) -> None:
        self._now = now
        self.outcome = ImportReport()
        communities = {claim.point_key[0] for claim in claims}
        points = CollectionPoint.objects.filter(community__in=communities).prefetch_related("open_windows")
        self._points: dict[PointKey, CollectionPoint] = {(point.community_id, point.name): point for point in points}
        self._windows: dict[int, tuple[Window, ...]] = {
            point.pk: tuple(sorted((window.starts_at, window.ends_at) for window in point.open_windows.all()))
            for point in self._points.values()
        }
        self._bins = {smart_bin.code: smart_bin for smart_bin in SmartBin.objects.all()}
        self._said: dict[tuple[PointKey, str], tuple[_Claim, object]] = {}

    def load(self, claim: _Claim) -> None:
        """Load one row."""
        contradiction = self._contradiction(claim=claim)
        if contradiction:
            self.outcome.refuse(row=claim.row, refusal=contradiction)
            return
        point = self._points.get(claim.point_key)
        is_point_changed = point is not None and self._change_point(point=point, claim=claim)
        if point is None:
            point = self._create_point(claim=claim)
        smart_bin = self._bins.get(claim.bin_code)
        if smart_bin is None:
            self._bins[claim.bin_code] = SmartBin.objects.create(
                code=claim.bin_code, point=point, categories=claim.categories, registered_at=self._now
            )
            self.outcome.created += 1
        elif self._change_bin(smart_bin=smart_bin, point=point, claim=claim) or is_point_changed:
            self.outcome.changed += 1
        else:
            self.outcome.unchanged += 1

    def _contradiction(self, *, claim: _Claim) -> Refusal | None:
        """A row of another bin said something else of the same point: nobody could tell which one holds."""
        for what, words, value in (
            ("windows", "投放时段", claim.windows),
            ("coordinates", "经纬度", claim.coordinates),
        ):
            before = self._said.get((claim.point_key, what))
            if value is not None and before and before[1] != value and before[0].bin_code != claim.bin_code:
                message = f"投放点“{claim.point_key[1]}”的{words}与第{before[0].row.line}行不同"
                return Refusal("collection_point_differs", message)
        for what, value in (("windows", claim.windows), ("coordinates", claim.coordinates)):
            if value is not None:
                self._said[claim.point_key, what] = (claim, value)
        return None

    def _create_point(self, *, claim: _Claim) -> CollectionPoint:
        latitude, longitude = claim.coordinates or (None, None)
        point = CollectionPoint.objects.create(
            community_id=claim.point_key[0], name=claim.point_key[1], latitude=latitude, longitude=longitude
        )
        self._points[claim.point_key] = point
        self._windows[point.pk] = ()
        self._change_windows(point=point, windows=claim.windows)
        return point

    def _change_point(self, *, point: CollectionPoint, claim: _Claim) -> bool:
        is_moved = claim.coordinates is not None and (point.latitude, point.longitude) != claim.coordinates
        if is_moved and claim.coordinates:
            point.latitude, point.longitude = claim.coordinates
            point.save(update_fields=["latitude", "longitude"])
        return self._change_windows(point=point, windows=claim.windows) or is_moved

    def _change_windows(self, *, point: CollectionPoint, windows: tuple[Window, ...] | None) -> bool:
        if windows is None or windows == self._windows[point.pk]:
            return False
        OpenWindow.objects.filter(point=point).delete()
        OpenWindow.objects.bulk_create(
            OpenWindow(point=point, starts_at=starts_at, ends_at=ends_at) for starts_at, ends_at in windows
        )
        self._windows[point.pk] = windows
        return True

    def _change_bin(self, *, smart_bin: SmartBin, point: CollectionPoint, claim: _Claim) -> bool:
        if (smart_bin.point_id, smart_bin.categories) == (point.pk, claim.categories):
            return False
        smart_bin.point = point
        smart_bin.categories = claim.categories
        smart_bin.save(update_fields=["point", "categories"])
        return True
