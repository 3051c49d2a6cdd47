"""Keys in addresses."""


class NumberConverter:
    """`<number:drop_off_id>`: a key from 1 that every database can hold; anything else is no such address."""

    regex = "[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> int:
        """The key."""
        return int(value)

    def to_url(self, value: int) -> str:
        """Its digits."""
        return str(value)
