"""A DXF whose copying stopped half way is refused at once."""

from __future__ import annotations

import pytest

from layout.data.plans.dxf_open import BINARY, open_dxf
from outlet.errors import TableError


@pytest.mark.parametrize("start", [BINARY + b"\r\n\x1a\0", b"  0\nSECTION\n  2\nHEADER\n"])
def test_a_hole_of_zeros_is_named(start: bytes) -> None:
    with pytest.raises(
        TableError, match=f"plan.dxf: found a hole of zeros at byte {len(start.rstrip(bytes(1)))}"
    ) as caught:
        open_dxf(start + bytes(32 << 20), "plan.dxf")
    assert [fault.code for fault in caught.value.faults] == ["unreadable"]
