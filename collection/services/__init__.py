"""What records loads."""

from collection.services.load_file import LOAD_COLUMNS, import_loads

__all__ = ["LOAD_COLUMNS", "import_loads"]
