"""Settings of `[siting.data.candidates.generate]`: the rules that make candidates, each a table of its own.

`generate` holds one table, or a list of them (``[[siting.data.candidates.generate]]``) whose candidates are joined.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Discriminator, Field, Tag, model_validator

from outlet.project import Settings

Near = Literal["station", "rail", "metro", "tram", "bus", "ferry"]
Inside = Literal["demand", "area"]
At = Literal["street", "centre"]
Performance = Literal["sales", "visits", "deposits"]
PERFORMANCES: tuple[Performance, ...] = ("sales", "visits", "deposits")

FRONTED = (
    "primary",
    "secondary",
    "tertiary",
    "residential",
    "unclassified",
    "living_street",
    "pedestrian",
    "trunk",
    "road",
)


class GenerateSettings(Settings):
    """What every rule says: which streets have shop fronts, and what an outlet there is taken to be."""

    rule: str
    kinds: tuple[str, ...] = Field(FRONTED, description="Kinds of street that have shop fronts; all if empty.")
    format: str = Field("own", description="Format of every generated candidate.")
    area_m2: float | None = Field(None, gt=0, description="Assumed area, square metres.")
    frontage_m: float | None = Field(None, gt=0, description="Assumed frontage, metres.")
    rent_per_m2: float | None = Field(None, ge=0, description="Assumed rent per square metre and year; needs area_m2.")
    fit_out_per_m2: float | None = Field(None, ge=0, description="Assumed fit-out per square metre; needs area_m2.")

    @model_validator(mode="after")
    def _area_for_money(self) -> GenerateSettings:
        if self.area_m2 is None and (self.rent_per_m2 is not None or self.fit_out_per_m2 is not None):
            raise ValueError("rent_per_m2 and fit_out_per_m2 need area_m2")
        return self


class AlongStreets(GenerateSettings):
    """``rule = "along-streets"``: points along fronted streets near stops."""

    rule: Literal["along-streets"] = Field("along-streets", description="Points along fronted streets near stops.")
    spacing_m: float = Field(80.0, gt=0, description="Least distance between two candidates, metres.")
    within_m: float = Field(400.0, gt=0, description="Straight-line distance to the nearest stop at most, metres.")
    near: tuple[Near, ...] = Field(
        (), description="Which stops count: modes, or station for every rail, metro or tram station; all if empty."
    )
    most: int | None = Field(None, ge=1, description="At most so many candidates, those nearest to a stop first.")


class CellRule(GenerateSettings):
    """What the rules that divide the city into cells say."""

    at: At = Field(
        "street",
        description="street: the point of a fronted street nearest to the cell's centre, inside the cell, and no "
        "candidate where the cell has no such street; centre: the centre itself.",
    )
    inside: Inside = Field(
        "demand", description="demand: only within within_m of demand; area: only inside the area layer."
    )
    within_m: float = Field(
        250.0, ge=0, description="inside demand: distance to demand above 0 (its point or polygon) at most, metres."
    )


class Grid(CellRule):
    """``rule = "grid"``: one candidate in every square of a grid."""

    rule: Literal["grid"] = Field(description="One candidate in every square of a grid.")
    spacing_m: float = Field(500.0, ge=1, description="Side of a square, metres.")


class H3(CellRule):
    """``rule = "h3"``: one candidate in every hexagon of the H3 grid; its id is the hexagon's."""

    rule: Literal["h3"] = Field(description="One candidate in every hexagon of Uber's H3 grid.")
    resolution: int = Field(
        9, ge=0, le=13, description="Resolution of the grid: sides of about 530 m at 8, 200 m at 9, 76 m at 10."
    )


class NearStations(GenerateSettings):
    """``rule = "near-stations"``: points of streets a short walk from each station."""

    rule: Literal["near-stations"] = Field(description="Points of fronted streets a short walk from each station.")
    near: tuple[Near, ...] = Field(
        ("station",), min_length=1, description="Which stops count: modes, or station for every station."
    )
    walk_m: float = Field(250.0, gt=0, le=5000, description="Walk from the station along streets at most, metres.")
    per_station: int = Field(3, ge=1, le=100, description="At most so many candidates a station, the nearest first.")
    spacing_m: float = Field(60.0, gt=0, description="Least distance between two candidates, metres.")


class DemandClusters(GenerateSettings):
    """``rule = "demand-clusters"``: the street point nearest to the middle of each cluster of demand."""

    rule: Literal["demand-clusters"] = Field(description="The street point nearest to the middle of each cluster.")
    method: Literal["kmeans", "dbscan"] = Field(
        "kmeans",
        description="kmeans: count clusters that share a whole city out; dbscan: as many as there are places where "
        "demand lies dense, such as villages apart; in one dense city that is a single one.",
    )
    count: int = Field(100, ge=1, le=100_000, description="kmeans: number of clusters.")
    reach_m: float = Field(200.0, gt=0, description="dbscan: demand so near to other demand is of one cluster, metres.")
    least_demand: float = Field(
        500.0, gt=0, description="dbscan: demand within reach_m that makes a place dense, in the unit of the weight."
    )
    within_m: float = Field(
        500.0, gt=0, description="A cluster whose middle has no fronted street so near gets no candidate, metres."
    )
    spacing_m: float = Field(100.0, gt=0, description="Least distance between two candidates, metres.")


class Twins(GenerateSettings):
    """``rule = "twins"``: places whose surroundings are like those of the best existing outlets."""

    rule: Literal["twins"] = Field(description="Places whose surroundings are like those of the best existing outlets.")
    by: Performance | None = Field(
        None, description="Performance that makes an outlet one of the best; the one that outlets carry if not given."
    )
    best_share: float = Field(0.25, gt=0, le=1, description="Share of the outlets that are the best.")
    walk_m: float = Field(
        800.0, gt=0, le=5000, description="Walk along streets within which surroundings count, metres."
    )
    least_alike: float = Field(
        0.5, ge=0, le=1, description="A place less alike than this is no twin; 1: the surroundings are the same."
    )
    spacing_m: float = Field(300.0, gt=0, description="Least distance between twins, and to existing outlets, metres.")
    most: int = Field(200, ge=1, description="At most so many candidates, the most alike first.")


def _rule_of(value: object) -> str:
    if isinstance(value, dict):
        return str(value.get("rule", "along-streets"))
    return value.rule if isinstance(value, GenerateSettings) else ""


Rule: TypeAlias = Annotated[
    Annotated[AlongStreets, Tag("along-streets")]
    | Annotated[Grid, Tag("grid")]
    | Annotated[H3, Tag("h3")]
    | Annotated[NearStations, Tag("near-stations")]
    | Annotated[DemandClusters, Tag("demand-clusters")]
    | Annotated[Twins, Tag("twins")],
    Discriminator(
        _rule_of,
        custom_error_type="unknown_rule",
        custom_error_message="expected a table whose rule is along-streets, grid, h3, near-stations, demand-clusters "
        "or twins",
    ),
]
