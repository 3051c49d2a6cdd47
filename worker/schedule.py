"""Celery beat's schedule. The tally does not depend on it: `manage.py tally --watch` polls the database."""

from celery.schedules import crontab

SCHEDULE = {
    "tally what a lost nudge left": {"task": "worker.tally_pending", "schedule": 30.0},
    "release checked points": {"task": "worker.release_due_points", "schedule": crontab(minute="*/10")},
    "expire old points": {"task": "worker.expire_due_points", "schedule": crontab(hour="0", minute="20")},
    "forget old messages": {"task": "worker.forget_old_messages", "schedule": crontab(hour="3", minute="40")},
}
