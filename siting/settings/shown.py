"""Settings of what is shown of the best candidates: `[siting.score.served]`."""

from __future__ import annotations

from pydantic import Field

from outlet.project import Settings


class ServedSettings(Settings):
    """``[siting.score.served]``: the list of communities each candidate serves, served.csv and served.xlsx."""

    best: int = Field(50, ge=0, le=1000, description="The best so many candidates are listed, and all our outlets.")
