"""Bins and their places, what they sent, what was refused, and what a guide said of it."""

from sorting.models.bins import CollectionPoint, OpenWindow, SmartBin, SpecialDay
from sorting.models.drop_offs import (
    DEVICE_DOORS,
    Attribution,
    BatchKind,
    Door,
    DropOff,
    DropOffBatch,
    Fate,
    Method,
    SetAside,
    TallyAttempt,
)
from sorting.models.identity import BinClaim, BinKey, MqttLogin
from sorting.models.messages import DeviceMessage, RefusedEvent
from sorting.models.photos import Photo, PhotoLikeness
from sorting.models.status import Alert, AlertKind, BinStatus, ClockRefusal, FillReading, SequenceRun
from sorting.models.verdicts import SpotCheck, Verdict, Verification, VerificationSource

__all__ = [
    "DEVICE_DOORS",
    "Alert",
    "AlertKind",
    "Attribution",
    "BatchKind",
    "BinClaim",
    "BinKey",
    "BinStatus",
    "ClockRefusal",
    "CollectionPoint",
    "DeviceMessage",
    "Door",
    "DropOff",
    "DropOffBatch",
    "Fate",
    "FillReading",
    "Method",
    "MqttLogin",
    "OpenWindow",
    "Photo",
    "PhotoLikeness",
    "RefusedEvent",
    "SequenceRun",
    "SetAside",
    "SmartBin",
    "SpecialDay",
    "SpotCheck",
    "TallyAttempt",
    "Verdict",
    "Verification",
    "VerificationSource",
]
