r"""Choose places and formats together: own outlet, partner outlet, self-service point, locker, van some days a week.

Every lawful pair of a place j and a format f is an option (see `options`), and the models choose among options. A
format brings its own opening cost, capacity, radius, share of the week and attraction, the places that may take it, and
how many of it there may be. At most one format stands at a place; quotas, budgets and spacing of places count every
format, so that what stands at one place or too near never wins the same demand twice over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse
from scipy.spatial import cKDTree

from outlet.arrays import as_count, as_finite, as_positions, as_vector
from outlet.errors import InputError
from siting.locate.options.options import Options
from siting.locate.problem.pairs import Matrix, read_pairs
from siting.locate.problem.plan import NO_RULES, Amounts, Positions, Quota, SiteRules

Csr = sparse.csr_array[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Format:
    """One kind of outlet.

    Parameters
    ----------
    name
        Used in messages.
    places
        Positions of the places that may take it, or None for all.
    opening_cost
        Money for opening it beside what the place costs: one number, or one for each place, shape (m,).
    capacity
        Most demand it serves beside what its place can, or None for no limit.
    radius
        Greatest cost at which it serves anybody, in the unit of ``cost``, or None for no limit of its own.
    week_share
        Share of the week it is there, above 0 up to 1: a van that comes two days of five has 0.4.
    attraction
        Factor on the attraction of the place, above 0.
    least, most
        How many outlets of it are open.
    spacing_m
        Least distance between two outlets of this format, metres.
    """

    name: str
    places: ArrayLike | None = None
    opening_cost: ArrayLike = 0.0
    capacity: float | None = None
    radius: float | None = None
    week_share: float = 1.0
    attraction: float = 1.0
    least: int = 0
    most: int | None = None
    spacing_m: float = 0.0


@dataclass(frozen=True, eq=False)
class FormatOptions:
    """Places times formats as options, in the order of places, then of formats.

    Parameters
    ----------
    options
        Which option stands where.
    format
        Number of the format of every option, shape (k,).
    formats
        The formats.
    rules
        The rules over options: give them to the model.
    """

    options: Options
    format: Positions
    formats: tuple[Format, ...]
    rules: SiteRules

    @property
    def place(self) -> Positions:
        """Place of every option, shape (k,)."""
        return self.options.place

    @property
    def opening_cost(self) -> Amounts:
        """Money for opening every option, its place included, shape (k,)."""
        return np.asarray(self.rules.opening_cost, dtype=np.float64)

    @property
    def radius(self) -> Amounts:
        """Radius of every option, infinity for no limit, shape (k,)."""
        return self._each([np.inf if each.radius is None else each.radius for each in self.formats])

    @property
    def week_share(self) -> Amounts:
        """Share of the week of every option, shape (k,)."""
        return self._each([each.week_share for each in self.formats])

    def cost(self, cost: Matrix) -> Csr:
        """Return costs of places, shape (n, m), as those of options, shape (n, k): only pairs within the radius."""
        repeated, _ = self.options.repeat(read_pairs("cost", cost))
        return repeated.where(repeated.cost <= self.radius[repeated.candidate]).as_csr()

    def attraction(self, attraction: Matrix, cost: Matrix | None = None) -> Csr:
        """Return the attraction of places as that of options: times the format's factor and share of the week.

        With ``cost`` an option attracts nobody beyond its radius; pairs absent from ``cost`` are out of reach.
        """
        pairs = read_pairs("attraction", attraction, finite=True)
        repeated, entry = self.options.repeat(pairs)
        factor = self._each([each.attraction * each.week_share for each in self.formats])
        found = replace(repeated, cost=repeated.cost * factor[repeated.candidate])
        if cost is None:
            return found.as_csr()
        reach = read_pairs("cost", cost)
        key = reach.point.astype(np.int64) * reach.m + reach.candidate
        wanted = pairs.point.astype(np.int64) * pairs.m + pairs.candidate
        at = np.searchsorted(key, wanted)
        cost_of = np.append(reach.cost, np.inf)
        known = np.append(key, -1)[at] == wanted
        near = cost_of[at][entry] <= self.radius[found.candidate]
        return found.where(known[entry] & near).as_csr()

    def members(self, format_name: str | None = None, places: ArrayLike | None = None) -> Positions:
        """Return the options of a format, of some places, or of both: the members of a `Quota` over options.

        Raises
        ------
        InputError
            When there is no such format.
        """
        keep = np.ones(len(self.place), dtype=bool)
        if format_name is not None:
            names = [each.name for each in self.formats]
            if format_name not in names:
                raise InputError(f"format {format_name!r} is not known; expected one of: {', '.join(names)}")
            keep &= self.format == names.index(format_name)
        if places is not None:
            keep &= np.isin(self.place, as_positions("places", places, self.options.m))
        return np.flatnonzero(keep)

    def chosen(self, opened: Positions) -> tuple[tuple[int, str], ...]:
        """Return the place and the format of every open option, by place."""
        return tuple((int(self.place[at]), self.formats[self.format[at]].name) for at in opened)

    def with_quota(self, *quota: Quota) -> FormatOptions:
        """Return the options with further quotas over options, such as of a format in a region."""
        return replace(self, rules=replace(self.rules, quota=(*self.rules.quota, *quota)))

    def _each(self, values: Sequence[float]) -> Amounts:
        return np.asarray(values, dtype=np.float64)[self.format]


def expand_formats(
    formats: Sequence[Format], m: int, *, rules: SiteRules = NO_RULES, xy: ArrayLike | None = None
) -> FormatOptions:
    """Return places times formats as options, with the rules over them.

    Parameters
    ----------
    formats
        At least one.
    m
        Number of places.
    rules
        Rules over places. A place locked open takes some format; its ``opening_cost`` is paid beside the format's.
    xy
        Coordinates of the places, shape (m, 2), metres; needed where a format has a spacing.

    Raises
    ------
    InputError
        When a format or a rule is wrong.
    """
    if not formats:
        raise InputError("formats is empty; expected at least one")
    as_count("m", m, least=1)
    takes = np.column_stack([_check(each, m) for each in formats])
    place, number = np.nonzero(takes)
    options = Options(place.astype(np.int64), m)
    extra = np.zeros(len(place))
    for at, each in enumerate(formats):
        money = as_finite(f"{each.name}.opening_cost", each.opening_cost)
        full = np.full(m, float(money)) if money.ndim == 0 else money
        full = as_vector(f"{each.name}.opening_cost", full, m, least=0.0)
        extra[number == at] = full[place[number == at]]
    over = options.rules(rules, extra)
    if any(each.capacity is not None for each in formats):
        room = np.array([np.inf if each.capacity is None else each.capacity for each in formats])[number]
        over = replace(over, capacity=room if over.capacity is None else np.minimum(room, over.capacity))
    found = FormatOptions(options, number.astype(np.int64), tuple(formats), over)
    quota: list[Quota] = []
    for each in formats:
        if each.least > 0 or each.most is not None:
            quota.append(Quota(found.members(each.name), each.least, each.most, f"outlets of format {each.name}"))
        quota += _apart_within(found, each, xy)
    return found.with_quota(*quota)


def _check(each: Format, m: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return which places take a format, shape (m,)."""
    takes = np.ones(m, dtype=bool)
    if each.places is not None:
        takes[:] = False
        takes[as_positions(f"{each.name}.places", each.places, m)] = True
    if not 0 < each.week_share <= 1:
        raise InputError(f"{each.name}.week_share is {each.week_share}; expected a share above 0 up to 1")
    if not 0 < each.attraction < np.inf:
        raise InputError(f"{each.name}.attraction is {each.attraction}; expected a number above 0")
    for name, value in (("capacity", each.capacity), ("radius", each.radius), ("spacing_m", each.spacing_m)):
        if value is not None and not 0 <= value < np.inf:
            raise InputError(f"{each.name}.{name} is {value}; expected a number from 0")
    return takes


def _apart_within(found: FormatOptions, each: Format, xy: ArrayLike | None) -> list[Quota]:
    if each.spacing_m <= 0:
        return []
    if xy is None:
        raise InputError(f"{each.name}.spacing_m is {each.spacing_m:g}; expected the coordinates xy of the places")
    where = as_finite("xy", xy)
    if where.shape != (found.options.m, 2):
        raise InputError(f"xy has shape {where.shape}; expected ({found.options.m}, 2)")
    members = found.members(each.name)
    near = cKDTree(where[found.place[members]]).query_pairs(np.nextafter(each.spacing_m, 0.0), output_type="ndarray")
    return [
        Quota(np.sort(members[pair]), 0, 1, f"{each.name} at places {found.place[members[pair]].tolist()}")
        for pair in near[np.lexsort((near[:, 1], near[:, 0]))]
    ]
