"""What changes in sorting: drop-offs recorded, refusals kept and replayed, bins given keys."""

from sorting.services.recording import EventResult, RecordedBatch, record_drop_offs

__all__ = ["EventResult", "RecordedBatch", "record_drop_offs"]
