"""Pure. Public holidays by region, as in "DE-BE" or "GB-SCT": country, and subdivision, without which some of them are missing.

The dates are those of the library `holidays` (its category "public", substitute days included). It is loaded when a region is first
asked for.
"""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import chain

_SHOWN = 20
"""So many codes are shown where none is like the one that was written."""
_MATTER = 0.75
"""Where this part of a country's subdivisions keeps other holidays than the whole country, naming the country alone is a mistake."""


def holidays_of(region: str, first: date, last: date) -> frozenset[date]:
    """The public holidays of a region from `first` to `last`. Of an unknown subdivision those of its country; of an unknown country
    none."""
    country, subdivision = _split(region)
    if country not in _countries():
        return frozenset()
    years = range(first.year, last.year + 1)
    every = chain.from_iterable(_in_year(country, _known(country, subdivision), year) for year in years)
    return frozenset(day for day in every if first <= day <= last)


def unknown(region: str) -> str | None:
    """Why there are no holidays of that region, with what may be meant; None where there are."""
    country, subdivision = _split(region)
    if country not in _countries():
        if (meant := _meant(region)) is not None:
            return f"there is no country {country!r}: did you mean {meant}?"
        return f"there is no country {country!r}{_near(country, _countries(), ())}"
    if subdivision and _known(country, subdivision) is None:
        return f"{country} has no region {subdivision!r}{_near(subdivision, _names(country), _countries()[country])}"
    return None


def incomplete(region: str) -> str | None:
    """What is missing where only a country is named, and most of its subdivisions keep holidays of their own; None where it will do."""
    country, subdivision = _split(region)
    if subdivision or country not in _countries() or not _subdivisions_matter(country):
        return None
    return f"{country} alone leaves out the holidays of its regions: write one of {_listed(country, _countries()[country])}"


def _split(region: str) -> tuple[str, str]:
    country, _, subdivision = region.strip().partition("-")
    return country.strip().upper(), subdivision.strip()


@cache
def _countries() -> Mapping[str, Sequence[str]]:
    import holidays

    return holidays.list_supported_countries()


@cache
def _aliases(country: str) -> Mapping[str, str]:
    import holidays

    return dict(getattr(holidays.country_holidays(country), "subdivisions_aliases", {}))


def _names(country: str) -> list[str]:
    return [*_countries()[country], *_aliases(country)]


def _known(country: str, subdivision: str) -> str | None:
    """The subdivision as the library spells it; None where it has none of that name, or none is asked for."""
    wanted = subdivision.casefold()
    return next((name for name in _names(country) if name.casefold() == wanted), None) if wanted else None


@cache
def _in_year(country: str, subdivision: str | None, year: int) -> frozenset[date]:
    import holidays

    return frozenset(day for day in holidays.country_holidays(country, subdiv=subdivision, years=year) if day.year == year)


_SAMPLE = 2026
"""Any year will do to compare a country with its regions."""


@cache
def _subdivisions_matter(country: str) -> bool:
    subdivisions = _countries()[country]
    whole = _in_year(country, None, _SAMPLE)
    different = sum(_in_year(country, name, _SAMPLE) != whole for name in subdivisions)
    return bool(subdivisions) and different >= _MATTER * len(subdivisions)


def _meant(region: str) -> str | None:
    """The region that was written with another sign between its parts, or with the country's name; None where it is none."""
    name = re.sub(r"[\W_]", "", region.partition("-")[0]).casefold()
    country, subdivision = _split(re.sub(r"[\s_/.]+", "-", region.strip()))
    if name in _codes():
        country, subdivision = _codes()[name], region.partition("-")[2].strip()
    if country not in _countries():
        return None
    if known := _known(country, subdivision):
        return f"{country}-{known}"
    return f"one of {_listed(country, _countries()[country])}" if _subdivisions_matter(country) else country


@cache
def _codes() -> Mapping[str, str]:
    """The codes of countries by their names, in small letters without spaces."""
    from holidays.registry import COUNTRIES

    return {names[0].casefold(): names[1] for names in COUNTRIES.values()}


def _near(name: str, names: Iterable[str], codes: Sequence[str]) -> str:
    """The names that are like it, else the first of all `codes`."""
    by_lower = {one.lower(): one for one in sorted(names)}
    close = difflib.get_close_matches(name.lower(), by_lower, n=3, cutoff=0.5)
    if close:
        return f": did you mean {' or '.join(by_lower[one] for one in close)}?"
    return f": there are {', '.join([*codes[:_SHOWN], *(['…'] if len(codes) > _SHOWN else [])])}" if codes else ""


def _listed(country: str, subdivisions: Sequence[str]) -> str:
    shown = [f"{country}-{name}" for name in subdivisions[:6]]
    return ", ".join([*shown, "…"] if len(subdivisions) > len(shown) else shown)
