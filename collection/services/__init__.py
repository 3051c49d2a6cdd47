"""What records loads: tables, and weighings by hand with their corrections."""

from collection.services.load_file import LOAD_COLUMNS, import_loads
from collection.services.weighings import Share, Slip, correct_weighing, record_weighing

__all__ = ["LOAD_COLUMNS", "Share", "Slip", "correct_weighing", "import_loads", "record_weighing"]
