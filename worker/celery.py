"""The Celery application. Its settings are CELERY in config.settings; its schedule is worker.schedule."""

import os

from celery import Celery
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("fenfen")
app.conf.update(settings.CELERY)
app.conf.imports = ("worker.tasks",)
app.conf.beat_schedule_filename = str(settings.STATE_DIR / "celerybeat-schedule")
