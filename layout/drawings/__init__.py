"""Draw one planned hall: hall.svg, hall.dxf, hall.geojson and hall.html.

`write_drawings` is called by `layout.cli.zones` with what `layout.study` gave, gathered in a `HallDrawing`.
"""

from layout.drawings.hall import FlowHeat, HallDrawing
from layout.drawings.write import write_drawings

__all__ = ["FlowHeat", "HallDrawing", "write_drawings"]
