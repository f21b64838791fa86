"""Every fault of a planner's TOML file is named by its key, and none ends in a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field

from outlet.cli.main import run_command
from outlet.data.toml import read_model
from outlet.errors import TableError


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")
    area: float = Field(gt=0)


class Form(BaseModel):
    parts: tuple[Part, ...]


@pytest.mark.parametrize(
    ("data", "code", "message"),
    [
        (b"parts = ", "unreadable", "mine.toml: found text that is not valid TOML"),
        (b"parts = " + b"[" * 100_000, "too-deep", "mine.toml: found tables nested too deeply"),
        (b"parts = [{ area = " + b"9" * 5000 + b" }]", "unreadable", "mine.toml: found text that is not valid TOML"),
        ("parts = 'é'".encode("latin-1"), "encoding", "byte 9, which is not UTF-8"),
        (b"[[parts]]\narea = 0", "bad-value", "found parts.0.area = 0; expected Input should be greater than 0"),
        (b"[[parts]]\narea = 1\ncolour = 'red'", "unknown-key", "found parts.0.colour"),
        (b"[[parts]]", "missing-key", "found no parts.0.area"),
    ],
)
def test_each_fault_is_named(tmp_path: Path, data: bytes, code: str, message: str) -> None:
    (tmp_path / "mine.toml").write_bytes(data)
    with pytest.raises(TableError) as caught:
        read_model(Form, tmp_path / "mine.toml", "mine.toml")
    assert [fault.code for fault in caught.value.faults] == [code]
    assert message in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"mine\.toml: found no such file"):
        read_model(Form, tmp_path / "mine.toml", "mine.toml")


def test_check_looks_into_the_planners_own_catalogue_and_programme(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "outlet.toml").write_text(
        '[project]\nname = "P"\nsector = "bank"\nas_of = 2026-01-05\n'
        '[layout.services]\npreset = "services.toml"\n[layout.programme]\nfile = "zones.toml"\n',
        encoding="utf-8",
    )
    (tmp_path / "services.toml").write_text("schema = 1", encoding="utf-8")
    (tmp_path / "zones.toml").write_text("schema = [", encoding="utf-8")
    assert run_command(["check", str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert "services.toml: found no services" in told
    assert "zones.toml: found text that is not valid TOML" in told
