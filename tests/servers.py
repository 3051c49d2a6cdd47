"""Real servers for tests. No mock stands in for Valkey. The fixtures are taken in by conftest.py."""

import os
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from launch.children import Child, Children
from launch.valkey import DATABASES_COUNT, start_valkey


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """The address of a running Valkey: REDIS_URL's, as `run.py test` gives it, or one from the wheel.

    Processes that test side by side get a database number each.
    """
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % DATABASES_COUNT
    if given := os.environ.get("REDIS_URL"):
        yield urlsplit(given)._replace(path=f"/{number}").geturl()
        return
    with Children() as children:
        yield start_valkey(children=children)[1]


class OwnValkey:
    """A Valkey that a test may stop, freeze or wipe without harm to others."""

    def __init__(self, *, children: Children, child: Child, url: str) -> None:
        self.children = children
        self.child = child
        self.url = url

    def stop(self) -> None:
        """Stop it; its address answers nobody from now on."""
        self.children.stop(child=self.child)


@pytest.fixture
def own_valkey() -> Iterator[OwnValkey]:
    """A Valkey of this test alone."""
    with Children() as children:
        child, url = start_valkey(children=children)
        yield OwnValkey(children=children, child=child, url=url)
