"""Asks the `indicators` command as an outsider does, and finds one row in its answer."""

import io
import json
from typing import Any

from django.core.management import call_command


def ask(*, starts_on: str, ends_on: str, community: str | None = None) -> list[dict[str, Any]]:
    """All rows of `indicators --json`."""
    out = io.StringIO()
    arguments = ["--from", starts_on, "--to", ends_on, "--json"]
    if community is not None:
        arguments += ["--community", community]
    call_command("indicators", *arguments, stdout=out)
    rows: list[dict[str, Any]] = json.loads(out.getvalue())
    return rows


def ask_one(
    code: str, *, starts_on: str, ends_on: str, measure: str | None = None, community: str | None = None
) -> dict[str, Any]:
    """The one row of a code and measure."""
    rows = ask(starts_on=starts_on, ends_on=ends_on, community=community)
    (row,) = (row for row in rows if (row["code"], row["measure"]) == (code, measure))
    return row
