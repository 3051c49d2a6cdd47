"""`reset_second_factor USERNAME --why TEXT`: by whoever runs the server, where no other administrator is left."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from people.models import User
from people.services.second_factor import reset_factor_at_the_server


class Command(BaseCommand):
    help = "在服务器上重设一个用户的第二步验证 (resets a user's second factor, from the server)"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="用户名 (whose)")
        parser.add_argument("--why", required=True, help="理由,会留在记录里 (kept on record)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Take the factor away; the next sign-in sets up another.

        :raises CommandError: exit code 2 where there is no such user or no reason.
        """
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"没有用户 {options['username']!r} (no such user)", returncode=2)
        if not options["why"].strip():
            raise CommandError("请写明理由 (say why)", returncode=2)
        was_there = reset_factor_at_the_server(user=user, why=options["why"], now=timezone.now())
        self.stdout.write(
            "已重设,下次登录时重新设置 (reset; the next sign-in sets up another)"
            if was_there
            else "本来就没有设置 (there was none)"
        )
