"""The Celery application. Its settings are CELERY in config.settings; its schedule is worker.schedule."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from celery import Celery
from django.conf import settings

from worker.schedule import SCHEDULE

app = Celery("fenfen")
app.conf.update(settings.CELERY)
app.conf.imports = ("worker.tasks",)
app.conf.beat_schedule = SCHEDULE
app.conf.beat_schedule_filename = str(settings.STATE_DIR / "celerybeat-schedule")
