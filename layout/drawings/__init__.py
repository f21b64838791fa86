"""Draw one planned hall: hall.svg, hall.dxf, hall.geojson and hall.html.

`write_drawings` is called by `layout.cli.zones` with what `layout.study` gave, gathered in a `HallDrawing`;
`make_alternatives` sets up to three plans of one hall side by side.
"""

from layout.drawings.alternatives import Alternative, make_alternatives
from layout.drawings.hall import FlowHeat, HallDrawing
from layout.drawings.write import write_alternatives, write_drawings

__all__ = ["Alternative", "FlowHeat", "HallDrawing", "make_alternatives", "write_alternatives", "write_drawings"]
