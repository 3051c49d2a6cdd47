"""What changes in sorting: drop-offs recorded, refusals kept and replayed, bins given keys."""

from sorting.services.recording import EventResult, RecordedBatch, record_drop_offs
from sorting.services.replaying import ReplayOutcome, preview_replay, replay_refused

__all__ = ["EventResult", "RecordedBatch", "ReplayOutcome", "preview_replay", "record_drop_offs", "replay_refused"]
