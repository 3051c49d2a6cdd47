"""指纹识别: matching stays on the bin. What looks like a template is refused, and nothing of it is kept anywhere."""

import base64
import datetime as dt
import importlib
import json
import pkgutil
import random

import msgspec
import pytest
from django.apps import apps

import api
from households.models import Household
from sorting.biometrics import NOTE, is_binary_like, is_biometric_name, looks_biometric
from sorting.models import DropOff, RefusedEvent, SmartBin
from tests.sorting.test_recording import event, fates, record

TEMPLATE = base64.b64encode(b"FMR\x00 20\x00" + random.Random(1).randbytes(300)).decode()


@pytest.mark.parametrize(
    "extra",
    [
        {"template": TEMPLATE},
        {"fp_template": "short"},
        {"fingerprintImage": [1, 2]},
        {"biometric": {"score": 1}},
        {"指纹特征": "x1"},
        {"extra": {"sensor": [{"Minutiae": TEMPLATE}]}},
        {"raw": TEMPLATE},
        {"raw": "\n".join(TEMPLATE[start : start + 76] for start in range(0, len(TEMPLATE), 76))},
        {"raw": random.Random(2).randbytes(80).hex(" ")},
        {"raw": list(range(40))},
        {"points": [{"x": 1, "y": 2, "theta": 30}]},
        {"note": json.dumps({"template": "abc"})},
    ],
)
@pytest.mark.parametrize("others", [{}, {"weight_g": 0}, {"occurred_at": "?"}])
@pytest.mark.django_db
def test_an_event_with_a_template_is_rejected_and_kept_without_it(
    bin_07: SmartBin, zhang: Household, now: dt.datetime, extra: dict[str, object], others: dict[str, object]
) -> None:
    batch = record(bin_07, [event(**extra, **others)], now)
    assert [(result.fate.value, result.code) for result in batch.results] == [("rejected", "field_invalid")]
    kept = RefusedEvent.objects.get()
    assert "生物识别" in kept.message
    text = json.dumps(kept.payload, ensure_ascii=False)
    assert NOTE in text
    assert TEMPLATE[:40] not in text
    assert (kept.payload["event_id"], kept.payload["card"]) == ("e-1", "A0000001")
    assert not DropOff.objects.exists()


@pytest.mark.parametrize("card", [TEMPLATE[:190], "Rk1SACAyMAA", "f" * 65, "a/b+c==", "模板"])
@pytest.mark.parametrize("others", [{}, {"weight_g": 0}, {"event_id": ""}])
@pytest.mark.django_db
def test_a_fingerprints_card_is_a_short_reference_or_nothing_is_kept_of_it(
    bin_07: SmartBin, now: dt.datetime, card: str, others: dict[str, object]
) -> None:
    batch = record(bin_07, [event() | {"method": "FINGERPRINT", "card": card} | others], now)
    assert fates(batch) == ["rejected"]
    assert RefusedEvent.objects.get().payload["card"] == NOTE


@pytest.mark.django_db
def test_a_template_is_not_kept_either_where_the_id_is_in_conflict_or_the_event_is_no_object(
    bin_07: SmartBin, zhang: Household, now: dt.datetime
) -> None:
    record(bin_07, [event()], now)
    record(bin_07, [event(card=TEMPLATE[:150]), event(TEMPLATE), json.dumps({"template": "abc"}), [TEMPLATE]], now)
    assert RefusedEvent.objects.count() == 4
    for kept in RefusedEvent.objects.all():
        assert TEMPLATE[:40] not in json.dumps(kept.payload) + kept.event_id + kept.message
        assert "abc" not in json.dumps(kept.payload)


@pytest.mark.django_db
def test_a_reference_is_taken_and_harmless_fields_are_tolerated(bin_07: SmartBin, now: dt.datetime) -> None:
    harmless = {"voltage": 3.3, "temperature": 21, "template": None, "digest": "ab" * 32, "note": "a sentence " * 30}
    events: list[object] = [
        event(str(number)) | {"method": "FINGERPRINT", "card": card} | harmless
        for number, card in enumerate(["fp-0001", "123e4567-e89b-12d3-a456-426614174000", "", None, "a" * 64])
    ]
    assert fates(record(bin_07, events, now)) == ["accepted"] * 5


def test_names_and_texts_of_templates_are_told_from_others() -> None:
    for name in ("Template", "finger_print", "finger-image", "faceFeature", "人脸", "iso_19794"):
        assert is_biometric_name(name=name), name
    for name in ("temperature", "card", "sequence", "photo", "surface", "fingers"):
        assert not is_biometric_name(name=name), name
    assert not is_binary_like(text="https://fenfen.example/c/" + "9f86d081" * 4)
    assert looks_biometric(value={"a": [{"b": {"template": 1}}]})


def test_no_table_and_no_answer_has_a_biometric_field() -> None:
    columns = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if is_biometric_name(name=field.name)
    ]
    assert columns == []
    for module in pkgutil.walk_packages(api.__path__, "api."):
        if ".management" not in module.name:
            importlib.import_module(module.name)
    waiting = list(msgspec.Struct.__subclasses__())
    seen = []
    while waiting:
        struct = waiting.pop()
        waiting += struct.__subclasses__()
        if struct.__module__.startswith("api."):
            seen.append(struct)
            assert [name for name in struct.__struct_fields__ if is_biometric_name(name=name)] == []
    assert len(seen) >= 4
