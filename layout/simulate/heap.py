"""A binary heap of events in compiled code: a row an event (`WHEN`, `KIND`, `WHO`, `WHERE`), in row 0 their number."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from outlet.compiled import kernel, nested

Floats = NDArray[np.float64]

WHEN, KIND, WHO, WHERE = range(4)


@nested
def make_heap(room: int) -> Floats:
    """Return a heap without events for at most ``room`` of them."""
    return np.zeros((room + 1, 4))


@kernel
def _before(heap: Floats, a: int, b: int) -> bool:
    """Tell whether event a comes before event b; ties go by kind, then visitor, so that every run is alike."""
    if heap[a, WHEN] != heap[b, WHEN]:
        return bool(heap[a, WHEN] < heap[b, WHEN])
    if heap[a, KIND] != heap[b, KIND]:
        return bool(heap[a, KIND] < heap[b, KIND])
    return bool(heap[a, WHO] < heap[b, WHO])


@kernel
def _swap(heap: Floats, a: int, b: int) -> None:
    for column in range(4):
        heap[a, column], heap[b, column] = heap[b, column], heap[a, column]


@kernel
def push(heap: Floats, when: float, kind: int, who: int, where: int) -> None:
    """Note an event."""
    heap[0, 0] += 1.0
    at = int(heap[0, 0])
    heap[at, WHEN], heap[at, KIND], heap[at, WHO], heap[at, WHERE] = when, kind, who, where
    while at > 1 and _before(heap, at, at // 2):
        _swap(heap, at, at // 2)
        at //= 2


@kernel
def next_time(heap: Floats) -> float:
    """Return when the first event is; infinite without any."""
    return float(heap[1, WHEN]) if heap[0, 0] > 0.0 else np.inf


@kernel
def drop_first(heap: Floats) -> None:
    """Forget the first event."""
    size = int(heap[0, 0])
    heap[0, 0] = size - 1.0
    _swap(heap, 1, size)
    at = 1
    while 2 * at < size:
        down = 2 * at
        if down + 1 < size and _before(heap, down + 1, down):
            down += 1
        if not _before(heap, down, at):
            return
        _swap(heap, at, down)
        at = down
