"""What is installed: kinds of connectors and detectors, found by their entry points and loaded only when they are needed."""

from collections.abc import Callable, Mapping
from importlib.metadata import entry_points

from syncd.contract import Detector, Kind

Kinds = Mapping[str, Callable[[], Kind]]
Detectors = Mapping[str, Callable[[], Detector]]


def entry_point_kinds() -> Kinds:
    """Every installed kind of connector by name. Calling a value imports it, and its vendor's library with it."""
    return {point.name: point.load for point in sorted(entry_points(group="syncd.connectors"))}


def entry_point_detectors() -> Detectors:
    """Every installed detector by its code."""
    return {point.name: point.load for point in sorted(entry_points(group="syncd.detectors"))}
