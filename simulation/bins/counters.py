"""What the senders count while they send, and where an answer was not the one that was due."""

import threading
from collections import Counter
from dataclasses import dataclass, field

SHOWN_MAX = 20  # differences that are named; all are counted


@dataclass(slots=True)
class Counters:
    """Shared by the sending threads; every change under the lock."""

    sent: int = 0
    messages: int = 0
    retries: int = 0
    heartbeats: int = 0
    heartbeats_refused: int = 0
    same_answers: int = 0
    fates: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    surprise_count: int = 0
    surprises: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    unsent_event_ids: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def surprise(self, text: str) -> None:
        """Note an answer that was not due. The caller holds the lock."""
        self.surprise_count += 1
        if len(self.surprises) < SHOWN_MAX:
            self.surprises.append(text)
