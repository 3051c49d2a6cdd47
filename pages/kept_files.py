"""The files that a service worker keeps on a phone."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from django.contrib.staticfiles import finders
from django.templatetags.static import static


def files_version(*, names: Iterable[str]) -> str:
    """Another one as soon as any of the static files of these names is."""
    digest = hashlib.sha256()
    for name in names:
        found = finders.find(name)
        digest.update(Path(found).read_bytes() if isinstance(found, str) else static(name).encode())
    return digest.hexdigest()[:16]
