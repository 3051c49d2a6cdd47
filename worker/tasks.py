"""Celery tasks: views for the queue. Each reads the clock and makes one call."""

from django.utils import timezone

from guides.services.appeals import escalate_overdue
from guides.services.sampling import commit_sample_keys
from guides.services.shifts import end_forgotten_shifts
from guides.services.supervision import supervise
from guides.services.tasks import remind_of_tasks
from households.services.passing_on import pass_on_notices
from indicators.services.monthly import clear_old_reports, make_next_report
from indicators.services.report_reminders import remind_of_reports
from indicators.services.standing import count_standings
from people.notice_senders import configured_notice_sender
from people.services import forget_old_codes, forget_old_misses, forget_old_tries
from points.expiry import announce_expiry, expire_due
from points.flags.look import look_tonight
from points.release import release_due
from points.services import expire_redemptions_due
from points.services.moving import follow_points
from sorting.services.alerts import watch_bins
from sorting.services.messages import forget_old_messages
from sorting.services.photo_clearing import clear_photos, sweep_photo_files
from sorting.services.sequences import forget_old_runs
from sorting.services.status import forget_old_readings
from worker.celery import app
from worker.nudge import TALLY_TASK
from worker.tally import drain

FORGETTING = (
    forget_old_messages,
    forget_old_readings,
    forget_old_runs,
    forget_old_codes,
    forget_old_tries,
    forget_old_misses,
    clear_old_reports,
)


@app.task(name=TALLY_TASK)
def tally_pending() -> str:
    """Tally all that is waiting."""
    return drain(now=timezone.now()).fate.value


@app.task(name="worker.release_due_points")
def release_due_points() -> int:
    """Release what is past its checking window; what is released at an old home follows its people."""
    now = timezone.now()
    released = release_due(now=now)
    follow_points(now=now)
    return released


@app.task(name="worker.expire_due_points")
def expire_due_points() -> int:
    """Expire what has ended."""
    return expire_due(now=timezone.now())


@app.task(name="worker.expire_redemptions")
def expire_redemptions() -> int:
    """Give back points and stock of what nobody collected in time."""
    return expire_redemptions_due(now=timezone.now())


@app.task(name="worker.announce_expiry")
def announce_what_expires() -> int:
    """Tell the households what ends with the year; how many were told."""
    return announce_expiry(now=timezone.now())


@app.task(name="worker.escalate_appeals")
def escalate_overdue_appeals() -> int:
    """Give the officers the appeals that no guide answered in time; how many."""
    return escalate_overdue(now=timezone.now())


@app.task(name="worker.end_forgotten_shifts")
def end_shifts_that_were_forgotten() -> int:
    """End the shifts of guides who did not clock out; how many."""
    return end_forgotten_shifts(now=timezone.now())


@app.task(name="worker.supervise")
def supervise_deadlines() -> int:
    """Remind of deadlines of problems, alerts and tasks, and hand up what is overdue; how many steps were taken."""
    now = timezone.now()
    remind_of_tasks(now=now)
    return supervise(now=now)


@app.task(name="worker.remind_of_reports")
def remind_departments_and_reviewers() -> None:
    """Remind reporters of what is due and reviewers of what waits."""
    remind_of_reports(now=timezone.now())


@app.task(name="worker.look_for_flags")
def look_for_flags_tonight() -> int:
    """Look for what seems unfair, where nobody has tonight; how many flags were opened."""
    outcome = look_tonight(now=timezone.now())
    return outcome.opened.total() if outcome else 0


@app.task(name="worker.pass_on_notices")
def pass_on_new_notices() -> int:
    """Tell phones that there are new notices, where the district has a gateway for it; how many messages left."""
    sender = configured_notice_sender()
    return pass_on_notices(sender=sender, clock=timezone.now) if sender else 0


@app.task(name="worker.watch_bins")
def watch_all_bins() -> int:
    """Open and close the alerts of bins; how many were opened."""
    return watch_bins(now=timezone.now()).opened


@app.task(name="worker.forget_what_is_old")
def forget_what_is_old() -> int:
    """Delete what nobody will ask for again: what bins said, one-time codes, reports' files; how many."""
    now = timezone.now()
    return sum(forget(now=now) for forget in FORGETTING)


@app.task(name="worker.clear_photos")
def clear_photos_not_to_keep() -> int:
    """Delete the photos whose time or whose household's consent is over; how many."""
    return clear_photos(now=timezone.now())


@app.task(name="worker.sweep_photo_files")
def sweep_files_of_photos() -> int:
    """Remove the files of photos that no row names; how many."""
    return sweep_photo_files(now=timezone.now())


@app.task(name="worker.commit_sample_keys")
def commit_keys_of_samples() -> int:
    """Put the keys that draw the coming days' random samples on record; how many were new."""
    return commit_sample_keys(now=timezone.now())


@app.task(name="worker.count_standings")
def count_community_standings() -> int:
    """Count how every community has sorted lately, for residents' first screens; how many communities."""
    return count_standings(now=timezone.now())


@app.task(name="worker.make_reports")
def make_monthly_reports() -> int:
    """Make the monthly reports that officers asked for, one after the other; how many."""
    made_count = 0
    while make_next_report(clock=timezone.now) is not None:
        made_count += 1
    return made_count
