"""Passwords as Mosquitto keeps them: `$7$` lines of PBKDF2-SHA512 in its password file."""

import base64
import hashlib
import hmac
import secrets

# mosquitto_passwd's own number. What is hashed here is 192 random bits, which no number of guesses finds; a broker of
# one thread that has to let thousands of bins in again after a restart must not spend a second on each.
ITERATIONS = 101
ITERATIONS_MAX = 1_000_000  # of a file that somebody else wrote
SALT_BYTES = 12  # Mosquitto 2.0 drops a user whose salt has another length


def hash_password(*, password: str) -> str:
    """`$7$iterations$salt$hash`, the last two in base64."""
    salt = secrets.token_bytes(SALT_BYTES)
    derived = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
    return f"$7${ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(derived).decode()}"


def is_password(*, password: str, password_hash: str) -> bool:
    """Whether the password is the one that was hashed; false for a hash of another kind."""
    try:
        empty, kind, iterations, salt, expected = password_hash.split("$")
        count, wanted = int(iterations), base64.b64decode(expected, validate=True)
        if (empty, kind) != ("", "7") or not 0 < count <= ITERATIONS_MAX:
            return False
        derived = hashlib.pbkdf2_hmac("sha512", password.encode(), base64.b64decode(salt, validate=True), count)
    except ValueError:
        return False
    return hmac.compare_digest(derived, wanted)


def password_lines(*, hashes: dict[str, str]) -> str:
    """The password file: a line `user:hash` for each, in the order of the names."""
    return "".join(f"{user}:{hashes[user]}\n" for user in sorted(hashes))


def read_password_lines(*, text: str) -> dict[str, str]:
    """The hash of each user in a password file."""
    pairs = (line.partition(":") for line in text.splitlines())
    return {user: password_hash for user, colon, password_hash in pairs if colon}
