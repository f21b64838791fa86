"""Settings of `[siting.data]`: which file holds which layer, in which coordinates, under which column names.

A column that is not named is looked for under its own name (``id``, ``weight`` …) and may be absent unless the layer
cannot do without it; a column that is named must be there.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from outlet.project import DataPath, Settings
from siting.settings.day import PartOfDay, refuse_overlaps
from siting.settings.generate import CellRule, GenerateSettings, Rule
from siting.settings.layer import CoordinateColumns, FileLayer, LayerSettings
from siting.settings.streets import LIVED_ALONG, StreetSettings

Mode = Literal["rail", "metro", "tram", "bus", "ferry"]
MODES: tuple[Mode, ...] = ("rail", "metro", "tram", "bus", "ferry")
LAYERS = ("demand", "spread", "candidates", "existing", "competitors", "stops", "streets", "zoning", "area", "water")


class DemandColumns(CoordinateColumns):
    """Columns of the demand layer."""

    id: str = Field("id", description="Unique id, kept as text.")
    name: str = Field("name", description="Name shown to people; the id if absent.")
    weight: str = Field("weight", description="Persons, households or spend, from 0.")
    grade: str = Field("grade", description="Grade of an estate, such as A; optional.")


class SpreadColumns(CoordinateColumns):
    """Columns of what demand is spread onto."""

    weight: str = Field(
        "weight", description="What people divide by, such as floor area, from 0; all alike, or area, if absent."
    )


class SpreadSettings(LayerSettings):
    """``[siting.data.demand.spread]``: what polygons of demand are divided among, so that people stand where they live.

    Each polygon's demand is divided among what lies in it, in proportion; not a person is lost. Polygons in which
    nothing lies stay one point, and so do those without demand; points stay as they are.
    """

    file: DataPath | None = Field(
        None, description="File of points or polygons: buildings, addresses, a population grid; or give onto instead."
    )
    onto: Literal["streets", "grid"] | None = Field(
        None, description="Where there is no such file. streets: points along them; grid: the cells of a square grid."
    )
    columns: SpreadColumns = Field(
        SpreadColumns(), description="Field → column of the file; a column named here must be there."
    )
    spacing_m: float = Field(100.0, ge=5, description="streets: least distance between two points of one way, metres.")
    aside_m: float = Field(
        15.0, gt=0, le=100, description="streets: homes stand this far from the middle, on both sides, metres."
    )
    kinds: tuple[str, ...] = Field(LIVED_ALONG, min_length=1, description="streets: kinds of street people live along.")
    cell_m: float = Field(250.0, ge=5, description="grid: side of a cell, metres.")

    @model_validator(mode="after")
    def _one_target(self) -> SpreadSettings:
        if (self.file is None) == (self.onto is None):
            raise ValueError('expected one of file and onto ("streets" or "grid")')
        return self


class DemandSettings(FileLayer):
    """``[siting.data.demand]``: where customers are."""

    unit: str = Field("persons", description="What the weight counts: persons, households, …")
    weight_factor: float = Field(
        1.0, gt=0, description="Units per unit of the weight column, as persons per square metre of floor."
    )
    columns: DemandColumns = Field(
        DemandColumns(), description="Field → column of the file; a column named here must be there."
    )
    spread: SpreadSettings | None = Field(None, description="What polygons are divided among; whole if not given.")
    segments: dict[str, str] = Field(
        {}, description='Segment name → column that counts it in the unit of the weight, as { students = "stud" }.'
    )
    parts_of_day: dict[str, PartOfDay] = Field(
        default={},
        description="Part of the day → column of the demand then, and its hours, as "
        '{ morning = { column = "am", hours = [["06:00", "12:00"]] } }; for demand_in_hours and the arrivals at halls.',
    )

    @field_validator("parts_of_day")
    @classmethod
    def _each_hour_once(cls, value: dict[str, PartOfDay]) -> dict[str, PartOfDay]:
        refuse_overlaps(value)
        return value


class CandidateColumns(CoordinateColumns):
    """Columns of the candidates layer."""

    id: str = Field("id", description="Unique id, kept as text; unique with existing outlets too.")
    name: str = Field("name", description="Name shown to people; the id if absent.")
    format: str = Field("format", description="Format of outlet, such as own; the default format if absent.")
    region: str = Field("region", description="Region, for quotas and needs of formats; none if absent.")
    rent_per_year: str = Field("rent_per_year", description="Rent, project currency per year.")
    fit_out_cost: str = Field("fit_out_cost", description="Fit-out, project currency, paid once.")
    area_m2: str = Field("area_m2", description="Area of the hall, square metres.")
    frontage_m: str = Field("frontage_m", description="Frontage on the street, metres.")
    hall_plan: str = Field("hall_plan", description="Hall plan file inside the project folder.")


class CandidateSettings(LayerSettings):
    """``[siting.data.candidates]``: where an outlet could open, from a file, by rules, or both."""

    file: DataPath | None = Field(None, description="File of candidate points; generate tables may add to it.")
    columns: CandidateColumns = Field(
        CandidateColumns(), description="Field → column of the file; a column named here must be there."
    )
    terms: dict[str, str] = Field(
        default={},
        description="Term of attraction → column that holds it, above 0; the exponents stand in "
        "[siting.score.competition.terms].",
    )
    default_format: str = Field("own", description="Format of candidates whose file does not say.")
    merge_m: float = Field(
        20.0,
        ge=0,
        description="A generated candidate nearer than this to a given one, or to one of an earlier rule, is left out.",
    )
    generate: tuple[Rule, ...] = Field(
        (),
        description="Rules that make candidates: one table, or a list of [[siting.data.candidates.generate]], of "
        "which the earlier win.",
    )

    @field_validator("generate", mode="before")
    @classmethod
    def _one_or_more(cls, value: object) -> object:
        return [value] if isinstance(value, dict | GenerateSettings) else value

    @model_validator(mode="after")
    def _some_source(self) -> CandidateSettings:
        if self.file is None and not self.generate:
            raise ValueError("expected a file or [siting.data.candidates.generate], or both")
        return self


class ExistingColumns(CoordinateColumns):
    """Columns of the existing outlets."""

    id: str = Field("id", description="Unique id, kept as text; unique with candidates too.")
    name: str = Field("name", description="Name shown to people; the id if absent.")
    brand: str = Field("brand", description="Brand.")
    area_m2: str = Field("area_m2", description="Area of the hall, square metres.")
    sales: str = Field("sales", description="Sales per year, project currency.")
    visits: str = Field("visits", description="Visits per year.")
    deposits: str = Field("deposits", description="Deposits, project currency.")
    staff: str = Field("staff", description="Staff, full-time equivalents.")
    opened: str = Field("opened", description="When it opened: a year, or a date such as 1998-05-01.")
    may_close: str = Field("may_close", description="Whether the plan may close it; false if absent.")
    closing_cost: str = Field("closing_cost", description="Money for closing it; locate.closing_cost where absent.")
    hall_plan: str = Field("hall_plan", description="Hall plan file inside the project folder.")


class ExistingSettings(FileLayer):
    """``[siting.data.existing]``: our outlets that are open."""

    columns: ExistingColumns = Field(
        ExistingColumns(), description="Field → column of the file; a column named here must be there."
    )
    terms: dict[str, str] = Field(
        default={},
        description="Term of attraction → column that holds it, above 0; the exponents stand in "
        "[siting.score.competition.terms].",
    )
    opened_day_first: bool | None = Field(
        None, description="Whether 5/1/1998 is 5 January; found out where the column allows one order only."
    )


class CompetitorColumns(CoordinateColumns):
    """Columns of the competitors."""

    id: str = Field("id", description="Id, kept as text; numbered if absent.")
    name: str = Field("name", description="Name.")
    brand: str = Field("brand", description="Brand.")
    attraction: str = Field("attraction", description="How strongly it pulls, above 0; 1 = an ordinary outlet.")


class CompetitorSettings(FileLayer):
    """``[siting.data.competitors]``: other people's outlets."""

    columns: CompetitorColumns = Field(
        CompetitorColumns(), description="Field → column of the file; a column named here must be there."
    )
    terms: dict[str, str] = Field(
        default={},
        description='Term of attraction → column that holds it, above 0, as { rating = "stars" }; the exponents stand '
        "in [siting.score.competition.terms].",
    )
    default_attraction: float = Field(1.0, gt=0, description="Attraction where the file does not say.")


class StopColumns(CoordinateColumns):
    """Columns of a table of stops."""

    id: str = Field("id", description="Id, kept as text; numbered if absent.")
    name: str = Field("name", description="Name.")
    mode: str = Field("mode", description="rail, metro, tram, bus or ferry.")
    station: str = Field("station", description="Whether people call it a station; by mode (rail, metro) if absent.")
    departures_per_hour: str = Field("departures_per_hour", description="Departures per hour on a working day.")


class StopSettings(LayerSettings):
    """``[siting.data.stops]``: public transport, from a file of stops or from GTFS timetables."""

    file: DataPath | None = Field(None, description="File of stops; or give gtfs instead.")
    gtfs: tuple[DataPath, ...] = Field((), description="GTFS zip files.")
    columns: StopColumns = Field(
        StopColumns(), description="Field → column of the file; a column named here must be there."
    )
    default_mode: Mode = Field("bus", description="Mode of stops whose file does not say.")
    from_hour: int = Field(
        7, ge=0, le=29, description="Departures per hour are counted from this hour of a working day …"
    )
    to_hour: int = Field(19, ge=1, le=30, description="… to this hour.")

    @model_validator(mode="after")
    def _one_source(self) -> StopSettings:
        if (self.file is None) == (not self.gtfs):
            raise ValueError("expected one of file and gtfs")
        if self.from_hour >= self.to_hour:
            raise ValueError("expected from_hour below to_hour")
        return self


class ZoningColumns(Settings):
    """Columns of the zoning."""

    allowed: str = Field("allowed", description="Whether an outlet may open there.")


class ZoningSettings(FileLayer):
    """``[siting.data.zoning]``: where outlets may open; outside every polygon `outside` decides."""

    columns: ZoningColumns = Field(
        ZoningColumns(), description="Field → column of the file; a column named here must be there."
    )
    allowed_values: tuple[str, ...] = Field(
        ("true", "yes", "1", "allowed"), description="Values of the column that mean allowed, in any case."
    )
    outside: bool = Field(True, description="Whether an outlet may open where no polygon lies.")


class DataSettings(Settings):
    """``[siting.data]``: the layers, and the coordinate system that everything is measured in."""

    crs: str | None = Field(
        None,
        description="Metric coordinate system to measure in, such as EPSG:3067; the UTM zone of the data if not given.",
    )
    repair: bool = Field(
        False,
        description="Mend invalid polygons, take an empty weight as 0, drop rows without geometry, at 0,0 or with a "
        "repeated id; counted.",
    )
    credit: str = Field("", description="Whose data it is, such as © OpenStreetMap contributors; shown on the map.")
    demand: DemandSettings
    candidates: CandidateSettings
    existing: ExistingSettings | None = None
    competitors: CompetitorSettings | None = None
    stops: StopSettings | None = None
    streets: StreetSettings | None = None
    zoning: ZoningSettings | None = None
    area: FileLayer | None = Field(None, description="Polygons inside which the competitor layer is complete.")
    water: FileLayer | None = Field(None, description="Water polygons, for the map's backdrop.")

    def by_layer(self) -> dict[str, LayerSettings | None]:
        """Return each layer's settings, None where the project has no such layer."""
        return {
            "demand": self.demand,
            "spread": self.demand.spread,
            "candidates": self.candidates,
            "existing": self.existing,
            "competitors": self.competitors,
            "stops": self.stops,
            "streets": self.streets,
            "zoning": self.zoning,
            "area": self.area,
            "water": self.water,
        }

    def terms_by_layer(self) -> dict[str, dict[str, str]]:
        """Return the columns of terms of attraction that each layer names."""
        layers = {"candidates": self.candidates, "existing": self.existing, "competitors": self.competitors}
        return {name: layer.terms for name, layer in layers.items() if layer is not None}

    @model_validator(mode="after")
    def _streets_for_the_rule(self) -> DataSettings:
        for rule in self.candidates.generate if self.streets is None else ():
            if not (isinstance(rule, CellRule) and rule.at == "centre"):
                raise ValueError(f'candidates by rule = "{rule.rule}" on streets need [siting.data.streets]')
        spread = self.demand.spread
        if self.streets is None and spread is not None and spread.onto == "streets":
            raise ValueError('demand spread onto = "streets" needs [siting.data.streets]')
        return self
