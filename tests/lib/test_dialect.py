"""What both databases say alike."""

import hashlib

import pytest
from django.db import connection

from lib.dialect import sha256_sql


@pytest.mark.django_db
def test_the_digest_can_be_asked_for_while_rows_are_still_being_read() -> None:
    sql = sha256_sql(text_sql="'张'")
    with connection.chunked_cursor() as reading, connection.cursor() as asking:
        reading.execute(f"SELECT {sql} FROM auth_permission")
        reading.fetchone()
        asking.execute(f"SELECT {sha256_sql(text_sql=repr('李'))}")
        (found,) = asking.fetchone()
    assert bytes(found) == hashlib.sha256("李".encode()).digest()
