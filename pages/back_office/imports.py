"""导入: choose a table, see what would become of each row, then load it; the refused rows go back to the clerk."""

import csv
import io

from django import forms
from django.contrib import admin
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lib.csv_output import escape_formula
from lib.errors import DomainError
from pages.back_office.uploads import IMPORT_KINDS, ROWS_MAX, load_upload, refused_rows, try_upload
from people.models import ImportUpload, Role, User
from people.standing import standing_of

REFUSED_SHOWN_MAX = 50
NEWEST_SHOWN_MAX = 20


class UploadForm(forms.Form):
    """What is in the table, and the file."""

    kind = forms.ChoiceField(label="导入什么", choices=[(code, kind.name) for code, kind in IMPORT_KINDS.items()])
    file = forms.FileField(label="文件(CSV 或 xlsx)")


@require_http_methods(["GET", "HEAD", "POST"])
def start_import(request: HttpRequest) -> HttpResponse:
    """Ask for a file; on POST try it out and go to what came of it."""
    user = _clerk(request)
    form = UploadForm(request.POST or None, request.FILES or None)
    problem = ""
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            upload = try_upload(
                kind=form.cleaned_data["kind"],
                file_name=file.name,
                content=file.read(),
                by=user,
                now=timezone.now(),
            )
            return redirect("back-office-import", upload.pk)
        except DomainError as error:
            problem = error.text
    newest = ImportUpload.objects.filter(by=user).defer("content_encrypted", "report_encrypted").order_by("-pk")
    context = admin.site.each_context(request) | {
        "title": "导入表格",
        "form": form,
        "problem": problem,
        "rows_max": ROWS_MAX,
        "kinds": [
            (kind.name, [f"{column.names_zh[0]}{'*' if column.is_required else ''}" for column in kind.columns])
            for kind in IMPORT_KINDS.values()
        ],
        "uploads": [(each, IMPORT_KINDS[each.kind].name) for each in newest[:NEWEST_SHOWN_MAX]],
    }
    return render(request, "admin/imports/start.html", context, status=422 if request.method == "POST" else 200)


@require_safe
def show_import(request: HttpRequest, upload_id: int) -> HttpResponse:
    """What would become, or became, of the rows."""
    return _page(request, upload=_own_upload(request, upload_id=upload_id), problem="")


@require_POST
def confirm_import(request: HttpRequest, upload_id: int) -> HttpResponse:
    """Load it."""
    upload = _own_upload(request, upload_id=upload_id)
    try:
        loaded = load_upload(upload=upload, now=timezone.now())
    except DomainError as error:
        return _page(request, upload=upload, problem=error.text)
    LogEntry.objects.create(
        user=upload.by,
        content_type=ContentType.objects.get_for_model(ImportUpload),
        object_id=str(upload.pk),
        object_repr=upload.file_name,
        action_flag=ADDITION,
        change_message=f"导入{IMPORT_KINDS[upload.kind].name}:新增 {loaded.created_count},更改 {loaded.changed_count}",
    )
    return redirect("back-office-import", upload.pk)


@require_safe
def refused_file(request: HttpRequest, upload_id: int) -> HttpResponse:
    """The refused rows as CSV under the table's own headings, with the reason: mended, it can be uploaded again."""
    upload = _own_upload(request, upload_id=upload_id)
    columns = IMPORT_KINDS[upload.kind].columns
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow([*(column.names_zh[0] for column in columns), "原因"])
    for refused in refused_rows(upload=upload):
        cells = [refused["row"].get(column.name, "") for column in columns]
        writer.writerow([escape_formula(text=text) for text in [*cells, refused["message"]]])
    answer = HttpResponse(
        out.getvalue().encode("utf-8-sig", "backslashreplace"), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="refused-{upload.pk}.csv"'
    return answer


def _page(request: HttpRequest, *, upload: ImportUpload, problem: str) -> HttpResponse:
    refused = refused_rows(upload=upload)
    context = admin.site.each_context(request) | {
        "title": f"导入{IMPORT_KINDS[upload.kind].name}:{upload.file_name}",
        "upload": upload,
        "problem": problem,
        "is_loadable": upload.loaded_at is None and bool(upload.content_encrypted),
        "good_count": upload.created_count + upload.changed_count,
        "refused": [(each["line"], each["message"]) for each in refused[:REFUSED_SHOWN_MAX]],
        "more_count": max(0, len(refused) - REFUSED_SHOWN_MAX),
    }
    return render(request, "admin/imports/show.html", context, status=422 if problem else 200)


def _own_upload(request: HttpRequest, *, upload_id: int) -> ImportUpload:
    """The upload, to whoever made it; another's is 404."""
    return get_object_or_404(ImportUpload.objects.select_related("by"), pk=upload_id, by=_clerk(request))


def _clerk(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User):
        raise PermissionDenied
    standing = standing_of(user=user, on=timezone.localdate())
    if not (user.is_superuser or standing.is_district_wide(Role.ADMINISTRATOR)):
        raise PermissionDenied
    return user
