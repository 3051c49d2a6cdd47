"""Officer Zhao at the back office."""

import pytest
from django.test import Client

from people.models import User


@pytest.fixture
def office(zhao: User, client: Client) -> Client:
    """Officer Zhao's browser, where Zhao may open the whole back office."""
    zhao.is_staff = zhao.is_superuser = True
    zhao.save()
    client.force_login(zhao)
    return client
