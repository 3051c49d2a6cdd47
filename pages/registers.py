"""台账 as the addresses say it: a day, a week or a month, and its file."""

import datetime as dt
from dataclasses import dataclass

from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.http import content_disposition_header

from guides.queries.register_scope import RegisterScope
from guides.queries.registers import register_of
from guides.register_document import register_document
from lib.document_pdf import make_pdf
from lib.document_xlsx import make_xlsx
from lib.documents import Document

DAY = dt.timedelta(days=1)
XLSX, PDF = "xlsx", "pdf"
# A table to work with holds a month of ten guides; paper what somebody leafs through, and is made in a few seconds.
VERDICTS_MAX = {XLSX: 10_000, PDF: 400}
CONTENT_TYPES = {XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", PDF: "application/pdf"}


class Span(models.TextChoices):
    """How long a register is."""

    DAY = "day", "日"
    WEEK = "week", "周"
    MONTH = "month", "月"


@dataclass(frozen=True, slots=True)
class Period:
    """The day, the week from Monday, or the month that a date lies in."""

    span: Span
    on: dt.date

    @property
    def first(self) -> dt.date:
        """The first date."""
        if self.span == Span.WEEK:
            return self.on - self.on.weekday() * DAY
        return self.on.replace(day=1) if self.span == Span.MONTH else self.on

    @property
    def last(self) -> dt.date:
        """The last date, included."""
        if self.span == Span.WEEK:
            return self.first + 6 * DAY
        return (self.first + 31 * DAY).replace(day=1) - DAY if self.span == Span.MONTH else self.on

    @property
    def query(self) -> str:
        """As addresses carry it."""
        return f"span={self.span.value}&on={self.on:%Y-%m-%d}"


def period_of(*, request: HttpRequest) -> Period:
    """The period that the address asks for; today where it asks for none that there is."""
    today = timezone.localdate()
    span = request.GET.get("span", "")
    try:
        on = parse_date(request.GET.get("on", ""))
    except ValueError:
        on = None
    if on is None or not 2000 <= on.year <= today.year + 1:
        on = today
    return Period(span=Span(span) if span in Span.values else Span.DAY, on=on)


def register_file(*, scope: RegisterScope, file_format: str) -> HttpResponse:
    """The register as a file to keep.

    :raises Http404: another format.
    """
    if file_format not in CONTENT_TYPES:
        raise Http404
    now = timezone.now()
    register = register_of(scope=scope, now=now, verdicts_max=VERDICTS_MAX[file_format])
    document = register_document(register=register, now=now)
    name = f"{document.title} {scope.first:%Y%m%d}-{scope.last:%Y%m%d}"
    return document_file(document=document, name=name, file_format=file_format, now=now)


def document_file(*, document: Document, name: str, file_format: str, now: dt.datetime) -> HttpResponse:
    """A document as an xlsx or PDF to keep.

    :raises Http404: another format.
    """
    if file_format not in CONTENT_TYPES:
        raise Http404
    make = make_xlsx if file_format == XLSX else make_pdf
    response = HttpResponse(make(document=document, made_at=now), content_type=CONTENT_TYPES[file_format])
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=f"{name}.{file_format}")
    return response
