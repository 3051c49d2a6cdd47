"""Bins and their places, what they sent, what was refused, and what a guide said of it."""

from sorting.models.bins import BinKey, CollectionPoint, OpenWindow, SmartBin
from sorting.models.drop_offs import (
    Attribution,
    BatchKind,
    DeviceMessage,
    Door,
    DropOff,
    DropOffBatch,
    Fate,
    Method,
    RefusedEvent,
    SetAside,
    TallyAttempt,
)
from sorting.models.verdicts import SpotCheck, Verdict, Verification, VerificationSource

__all__ = [
    "Attribution",
    "BatchKind",
    "BinKey",
    "CollectionPoint",
    "DeviceMessage",
    "Door",
    "DropOff",
    "DropOffBatch",
    "Fate",
    "Method",
    "OpenWindow",
    "RefusedEvent",
    "SetAside",
    "SmartBin",
    "SpotCheck",
    "TallyAttempt",
    "Verdict",
    "Verification",
    "VerificationSource",
]
