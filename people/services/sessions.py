"""Ending what an account is signed in with: who held its phone before is out."""

from django.apps import apps

from people.models import User


def end_sessions(*, user: User) -> None:
    """Every session and API token of an account without a password ends, with the next request at the latest.

    An account with a password is somebody's at work: its sessions hang on that password and end when it changes.
    """
    apps.get_model("knox", "AuthToken").objects.filter(user=user).delete()
    if not user.has_usable_password():
        # An unusable password has a random part, and every session holds its digest.
        user.set_unusable_password()
        user.save(update_fields=["password"])
