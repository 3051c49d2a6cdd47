"""The OpenAPI document is valid, says everything in both languages, and every input has a bound."""

import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from tests.api.access_routes import all_routes, methods_of


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """As it is served."""
    return dict(json.loads(Client().get("/api/v1/schema").content))


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for address, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, address, operation


def test_it_is_valid_and_nothing_about_it_is_guessed() -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=StringIO())


@pytest.mark.django_db
def test_it_names_every_operation_of_the_api(document: dict[str, Any], client: Client) -> None:
    served = {
        f"{method} /{route.address}".replace("number:", "").replace("str:", "").replace("<", "{").replace(">", "}")
        for route in all_routes()
        if route.address.startswith("api/v1/") and hasattr(route.view, "cls")
        for method in methods_of(route=route, client=client)
    }
    assert served == {f"{method.upper()} {address}" for method, address, _ in operations(document)}
    assert len(served) >= 5


def test_each_operation_has_an_english_id_a_chinese_summary_and_its_refusals(document: dict[str, Any]) -> None:
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(set(ids)) == len(ids)
    for method, address, operation in operations(document):
        said = f"{method} {address}"
        assert operation["operationId"].isascii(), said
        assert operation["operationId"].isalnum(), said
        assert any("\u4e00" <= letter <= "\u9fff" for letter in operation["summary"]), said
        assert {"401", "429", "503"} <= operation["responses"].keys(), said
        assert ("404" in operation["responses"]) >= ("{" in address), said
        assert ("415" in operation["responses"]) == ("requestBody" in operation), said


def test_every_text_and_number_that_goes_in_has_a_bound(document: dict[str, Any]) -> None:
    unbounded = []
    for method, address, operation in operations(document):
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "query":
                unbounded += [f"{method} {address}: {parameter['name']}"] * (not bounded(parameter["schema"]))
        for content in operation.get("requestBody", {}).get("content", {}).values():
            for name, part in parts(content["schema"], document):
                unbounded += [f"{method} {address}: {name}"] * (not bounded(part))
    assert unbounded == []


def parts(schema: dict[str, Any], document: dict[str, Any], name: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every value inside a body, by its path."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for inner in schema.get("allOf", []):
        yield from parts(inner, document, name)
    if schema.get("type") == "object":
        for key, inner in schema.get("properties", {}).items():
            yield from parts(inner, document, f"{name}.{key}")
    elif schema.get("type") == "array":
        yield name, schema
        yield from parts(schema["items"], document, f"{name}[]")
    elif "type" in schema:
        yield name, schema


def bounded(schema: dict[str, Any]) -> bool:
    if schema.get("type") == "string":
        return "maxLength" in schema or "enum" in schema or schema.get("format") in ("date", "date-time", "uuid")
    if schema.get("type") in ("integer", "number"):
        return {"minimum", "maximum"} <= schema.keys()
    return schema.get("type") != "array" or "maxItems" in schema


def test_the_door_of_the_bins_is_pointed_to(document: dict[str, Any]) -> None:
    assert "docs/device-protocol.md" in document["info"]["description"]


def test_the_page_that_shows_it_asks_this_site_only(client: Client) -> None:
    page = client.get(reverse("api-docs"))
    said = (part.strip().partition(" ") for part in page["Content-Security-Policy"].split(";"))
    policy = {name: values.split() for name, _, values in said}
    assert policy["script-src"] == policy["connect-src"] == ["'self'"]
    assert policy["default-src"] == ["'none'"]
    assert "http" not in page.content.decode().replace("https://fenfen", "")
