"""Celery beat's schedule. The tally does not depend on it: `manage.py tally --watch` polls the database."""

from celery.schedules import crontab

SCHEDULE = {
    "tally what a lost nudge left": {"task": "worker.tally_pending", "schedule": 30.0},
    "release checked points": {"task": "worker.release_due_points", "schedule": crontab(minute="*/10")},
    "expire old points": {"task": "worker.expire_due_points", "schedule": crontab(hour="0", minute="20")},
    "give back what nobody collected": {"task": "worker.expire_redemptions", "schedule": crontab(minute="5")},
    "announce what expires": {"task": "worker.announce_expiry", "schedule": crontab(hour="8", minute="10")},
    "escalate overdue appeals": {"task": "worker.escalate_appeals", "schedule": crontab(minute="*/10")},
    "end forgotten shifts": {"task": "worker.end_forgotten_shifts", "schedule": crontab(minute="*/10")},
    "supervise deadlines": {"task": "worker.supervise", "schedule": crontab(minute="*/5")},
    "remind of reports": {"task": "worker.remind_of_reports", "schedule": crontab(hour="8-18", minute="35")},
    "look for flags": {"task": "worker.look_for_flags", "schedule": crontab(hour="2", minute="30")},
    "look at the bins": {"task": "worker.watch_bins", "schedule": 60.0},
    "delete photos not to keep": {"task": "worker.clear_photos", "schedule": crontab(minute="*/10")},
    "remove files without a row": {"task": "worker.sweep_photo_files", "schedule": crontab(minute="25")},
    "commit the keys of samples": {"task": "worker.commit_sample_keys", "schedule": crontab(minute="15")},
    "count how communities stand": {"task": "worker.count_standings", "schedule": crontab(minute="*/15")},
    # Whoever asked looks at the screen; a worker that was away does not find an hour of these.
    "make monthly reports": {"task": "worker.make_reports", "schedule": 5.0, "options": {"expires": 30}},
    "pass on new notices": {"task": "worker.pass_on_notices", "schedule": 15.0, "options": {"expires": 60}},
    "forget what is old": {"task": "worker.forget_what_is_old", "schedule": crontab(hour="3", minute="40")},
}
