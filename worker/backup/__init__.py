"""One file that brings everything back: the rows, the triggers that guard them, and the keys that read them."""

from worker.backup.archive import BackupRefused, Manifest
from worker.backup.making import make_backup
from worker.backup.restoring import Restored, restore_backup

__all__ = ["BackupRefused", "Manifest", "Restored", "make_backup", "restore_backup"]
