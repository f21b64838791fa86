"""Make DXF files whose bytes depend on the drawing alone: `new_drawing`, `dxf_bytes`."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager

from ezdxf import units
from ezdxf._options import options
from ezdxf.document import Drawing
from ezdxf.filemanagement import new


@contextmanager
def _fixed_metadata() -> Iterator[None]:
    before = options.write_fixed_meta_data_for_testing
    options.write_fixed_meta_data_for_testing = True
    try:
        yield
    finally:
        options.write_fixed_meta_data_for_testing = before


def new_drawing() -> Drawing:
    """Return an empty drawing in metres ($INSUNITS 6), DXF R2010, without a date."""
    with _fixed_metadata():
        drawing = new("R2010", units=units.M)
    drawing.header["$MEASUREMENT"] = 1
    return drawing


def dxf_bytes(drawing: Drawing) -> bytes:
    """Return a drawing from `new_drawing` as DXF bytes: dates, GUIDs and the order of classes are fixed.

    ezdxf writes the clock into the header, and the classes in the order of a set of strings, which differs from process
    to process; both are settled here.
    """
    for name in sorted(drawing.entitydb.dxf_types_in_use()):
        drawing.classes.add_class(name)
    with _fixed_metadata():
        stream = io.StringIO()
        drawing.write(stream)
    return stream.getvalue().encode(drawing.output_encoding, errors="dxfreplace")
