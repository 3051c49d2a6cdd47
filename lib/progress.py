"""A progress bar on stderr: rich at a terminal, silent anywhere else."""

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

Item = TypeVar("Item")
UPDATE_EVERY = 200  # items; drawing for every row would cost more than reading it


def progress_bar() -> Progress:
    """A rich Progress on stderr, for work that is not a loop over rows. Shows nothing where stderr is no terminal."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        transient=True,
    )


def show_progress(items: Iterable[Item], *, description: str, total: int | None) -> Iterator[Item]:
    """The same items, counted on a bar while they pass. `total` may be None or a little wrong."""
    with progress_bar() as bar:
        task = bar.add_task(description, total=total)
        count = 0
        for item in items:
            yield item
            count += 1
            if count % UPDATE_EVERY == 0:
                bar.update(task, completed=count)
        bar.update(task, completed=count)
