"""Log lines are for operators: one JSON object a line, and nobody's card, phone or code in it."""

import io
import json
import logging
import logging.config

import pytest
import structlog

from config import logs


@pytest.fixture
def lines() -> io.StringIO:
    """What a production process would write to stderr."""
    stream = io.StringIO()
    settings = logs.logging_settings(level="INFO", is_terminal=False)
    formatter = structlog.stdlib.ProcessorFormatter(
        **{key: value for key, value in settings["formatters"]["structlog"].items() if key != "()"}
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    logger = logging.getLogger("test.logs")
    logger.handlers, logger.propagate = [handler], False
    logger.setLevel("INFO")
    return stream


def test_a_line_is_one_json_object(lines: io.StringIO) -> None:
    structlog.get_logger("test.logs").info("batch_tallied", rows=500)
    line = json.loads(lines.getvalue())
    assert (line["event"], line["rows"], line["level"]) == ("batch_tallied", 500, "info")
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize(
    "words",
    [
        {"card": "A0000001"},
        {"error": "no household for 411003000000010"},
        {"note": "call 13812345678 back"},
        {"request": "GET /admin/households/household/?q=A0000001"},
        {"error": "duplicate key\nDETAIL:  Key (number_key)=(a0000001) already exists."},
    ],
)
def test_nobodys_card_phone_or_code_is_written(words: dict[str, str], lines: io.StringIO) -> None:
    structlog.get_logger("test.logs").warning("something", **words)
    for personal in ("A0000001", "a0000001", "411003000000010", "13812345678"):
        assert personal not in lines.getvalue()


def test_a_traceback_is_searched_too(lines: io.StringIO) -> None:
    try:
        raise ValueError("household 411003000000010")
    except ValueError:
        logging.getLogger("test.logs").exception("failed")
    assert "ValueError" in lines.getvalue()
    assert "411003000000010" not in lines.getvalue()


def test_the_code_of_an_answer_stays(lines: io.StringIO) -> None:
    structlog.get_logger("test.logs").info("request_finished", code=200, request="GET /healthz")
    assert json.loads(lines.getvalue())["code"] == 200
