"""Draw a hall of the set with a plan in it, to look at: `draw`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from halls.case import HallCase
from layout.zones.problem import Placement

AHEAD = np.array([[1, 0], [0, 1], [-1, 0], [0, -1]])


def draw(case: HallCase, file: Path, found: Placement | None = None) -> None:
    """Write a picture (PNG) of the planted plan, or of another one; a dash marks each front."""
    ground = case.problem.ground
    shown = np.where(ground.free, 1.0, 0.3) - 0.1 * (ground.free & ~ground.buildable)
    rows, columns = shown.shape
    figure = Figure(figsize=(columns / 9, rows / 9))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.imshow(shown, origin="lower", cmap="gray", vmin=0, vmax=1, extent=(0, columns, 0, rows))
    for kind, (x, y, w, h, front) in zip(case.problem.kinds, (found or case.planted).places.tolist(), strict=True):
        axes.add_patch(Rectangle((x, y), w, h, facecolor="#9ecae1", edgecolor="#08519c"))
        middle = np.array([x + w / 2, y + h / 2])
        edge = middle + AHEAD[front] * (w / 2 if front % 2 == 0 else h / 2)
        axes.plot(*zip(edge - AHEAD[front], edge + AHEAD[front], strict=True), color="red", linewidth=3)
        axes.text(*middle, kind.replace("_", "\n"), ha="center", va="center", fontsize=7)
    figure.savefig(file, dpi=80)
