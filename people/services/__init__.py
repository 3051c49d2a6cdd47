"""What changes a person's account: one-time codes for signing in, and what holds up who guesses."""

from people.services.misses import forget_old_misses
from people.services.sessions import end_sessions
from people.services.sign_in_codes import (
    CODE_LIFE_S,
    TooManyCodes,
    ask_sign_in_code,
    forget_old_codes,
    send_waiting_codes,
    use_sign_in_code,
)
from people.services.sign_in_tries import TooManyTries, count_try, forget_old_tries

__all__ = [
    "CODE_LIFE_S",
    "TooManyCodes",
    "TooManyTries",
    "ask_sign_in_code",
    "count_try",
    "end_sessions",
    "forget_old_codes",
    "forget_old_misses",
    "forget_old_tries",
    "send_waiting_codes",
    "use_sign_in_code",
]
