"""The topics: what a bin sends goes up, what it is told comes down."""

from dataclasses import dataclass

ALL_UP = "fenfen/bins/+/up/#"
REPLIES = "replies"
CARDS = "cards"


@dataclass(frozen=True, slots=True)
class UpTopic:
    """`fenfen/bins/<bin>/up/<kind>`, taken apart."""

    bin: str
    kind: str

    @property
    def reply_topic(self) -> str:
        """Where the reply to a message on this topic goes."""
        return f"fenfen/bins/{self.bin}/down/{CARDS if self.kind == CARDS else REPLIES}"


def parse_up_topic(*, topic: str) -> UpTopic | None:
    """The bin and the kind; None for a topic of another shape."""
    levels = topic.split("/", 4)
    if len(levels) != 5 or levels[:2] != ["fenfen", "bins"] or levels[3] != "up" or not levels[2] or not levels[4]:
        return None
    return UpTopic(bin=levels[2], kind=levels[4])
