"""The Celery application as the worker and beat processes start it: after the start-up checks.

`celery -A config.queue worker`; tasks and their settings are worker.celery's.
"""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from config.checks import refuse_unsafe_start  # noqa: E402  needs the set-up above
from worker.celery import app  # noqa: E402

refuse_unsafe_start()

__all__ = ["app"]
