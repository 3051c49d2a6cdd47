"""What the device door counts, for /metrics."""

from prometheus_client import Counter

EVENTS = Counter("fenfen_device_events", "Events answered by the device door, by fate", ["fate"])
REFUSALS = Counter(
    "fenfen_device_refusals", "Requests that the device door refused, by status and code", ["status", "code"]
)
REPEATS = Counter("fenfen_device_repeats", "Messages of a bin that were answered before")
PHOTOS = Counter("fenfen_device_photos", "Photos answered by the device door, by fate; repeats too", ["fate"])
