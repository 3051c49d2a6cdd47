"""A smart bin in Python's standard library: keeps each drop-off until the platform has answered for it.

FENFEN_URL=… BIN_CODE=… BIN_KEY=whsec_… python3 bin_client.py KEPT.sqlite3 < weighings.jsonl
A line is what a tap told: {"card": "A0000001", "category": "FOOD", "weight_g": 1620}. See docs/device-protocol.md.
"""

import base64
import hmac
import json
import os
import random
import sqlite3
import sys
import threading
import time
import urllib.request
from datetime import datetime, timezone

CODE, KEY = os.environ["BIN_CODE"], base64.b64decode(os.environ["BIN_KEY"].removeprefix("whsec_"))
URL = os.environ["FENFEN_URL"].rstrip("/") + "/api/v1/device/drop-offs"
PAUSE_S_MAX, TIMEOUT_S = 300, 60
TABLE = "event (id INTEGER PRIMARY KEY, boot_id TEXT, event TEXT, message_id TEXT, refused TEXT)"
state = {"clock_off_s": 0.0, "events_max": 500}  # a real bin sets its clock instead
Message = tuple[str, str, list[tuple[int, str]]]  # its id, the boot, and its events with their row numbers


def keep(path: str) -> None:
    """Each weighing onto the disk, with an id for ever: the name of this boot and a counter."""
    store, boot_id = sqlite3.connect(path, timeout=60), os.urandom(4).hex()
    drop_offs = (tap for tap in map(json.loads, sys.stdin) if tap["weight_g"] >= 1)  # an empty scale is none
    for sequence, tap in enumerate(drop_offs, 1):
        occurred_at = datetime.fromtimestamp(time.time() + state["clock_off_s"], timezone.utc).isoformat()
        event = {"event_id": f"{boot_id}-{sequence}", "sequence": sequence, "occurred_at": occurred_at} | tap
        with store:
            store.execute("INSERT INTO event (boot_id, event) VALUES (?, ?)", (boot_id, json.dumps(event)))


def next_message(store: sqlite3.Connection) -> Message | None:
    """The message under way, else a new one of what waits; marked on the disk, so that a retry is the same bytes."""
    with store:
        oldest = "SELECT boot_id, message_id FROM event WHERE refused IS NULL ORDER BY id"
        boot_id, message_id = store.execute(oldest).fetchone() or ("", "")
        if boot_id and not message_id:
            message_id = "msg_" + os.urandom(16).hex()
            some = "SELECT id FROM event WHERE refused IS NULL AND boot_id = ? ORDER BY id LIMIT ?"
            mark = f"UPDATE event SET message_id = ? WHERE id IN ({some})"
            store.execute(mark, (message_id, boot_id, state["events_max"]))
        rows = store.execute("SELECT id, event FROM event WHERE message_id = ? ORDER BY id", (message_id,)).fetchall()
        return (message_id, boot_id, rows) if rows else None


def post(message_id: str, body: bytes) -> tuple[int, dict, int]:  # type: ignore[type-arg]
    """One try, signed as of now: the status (0: no answer), the answer, Retry-After in seconds."""
    timestamp = str(int(time.time() + state["clock_off_s"]))
    digest = hmac.digest(KEY, f"{message_id}.{timestamp}.".encode() + body, "sha256")
    headers = {"Content-Type": "application/json", "webhook-id": message_id, "webhook-timestamp": timestamp}
    headers["webhook-signature"] = "v1," + base64.b64encode(digest).decode()
    try:
        with urllib.request.urlopen(urllib.request.Request(URL, body, headers), timeout=TIMEOUT_S) as answer:
            return 200, json.load(answer), 0
    except urllib.request.HTTPError as error:
        text, after = error.read(), error.headers.get("Retry-After", "")
        return error.code, json.loads(text) if text[:1] == b"{" else {}, int(after) if after.isdigit() else 0
    except (OSError, ValueError):
        return 0, {}, 0


def send(store: sqlite3.Connection, tries: int, message: Message) -> float:
    """One try and what follows from it; the seconds to wait before the next, 0 if it is done with."""
    message_id, boot_id, rows = message
    body = json.dumps({"bin": CODE, "boot_id": boot_id, "events": [json.loads(event) for _, event in rows]})
    status, answer, retry_after_s = post(message_id, body.encode())
    with store:
        if status == 200:
            for (number, _), result in zip(rows, answer["results"], strict=True):
                store.execute("UPDATE event SET refused = ? WHERE id = ?", (result["code"] or result["fate"], number))
            store.execute("DELETE FROM event WHERE refused IN ('accepted', 'duplicate')")
        elif status == 409 or (status == 413 and len(rows) > 1):  # again under another id; half as many events
            state["events_max"] = len(rows) // 2 if status == 413 else state["events_max"]
            store.execute("UPDATE event SET message_id = NULL WHERE message_id = ?", (message_id,))
        elif status in (400, 413):  # nobody will ever take it as it is: an engineer has to look
            store.execute("UPDATE event SET refused = ? WHERE message_id = ?", (answer.get("code", status), message_id))
        else:
            print(f"try {tries + 1}: {status or 'no answer'} {answer.get('code', '')}", file=sys.stderr, flush=True)
            if answer.get("code") == "clock_off":
                state["clock_off_s"] = datetime.fromisoformat(answer["server_time"]).timestamp() - time.time()
            return float(max(retry_after_s, min(PAUSE_S_MAX, 2 ** min(tries, 9))) * random.uniform(1, 1.5))
    return 0.0


if __name__ == "__main__":
    kept = sqlite3.connect(sys.argv[1], timeout=60)
    kept.execute("CREATE TABLE IF NOT EXISTS " + TABLE)
    weighing, tries = threading.Thread(target=keep, args=sys.argv[1:2], daemon=True), 0
    weighing.start()
    while (is_weighing := weighing.is_alive()) or next_message(kept):
        pause_s = send(kept, tries, message) if (message := next_message(kept)) else 0.1 * is_weighing
        tries = tries + 1 if message and pause_s else 0
        time.sleep(pause_s)
