"""Where mappings are: the user's folder first, then those that come with syncd; a mapping may also be named by its path."""

import os
from collections.abc import Callable
from pathlib import Path

from syncd.config.secret import beside
from syncd.mapping import Source

_PACKAGE = Path(__file__).resolve().parent.parent


def bundled_folder() -> Path:
    """The mappings that come with syncd: inside the package, or beside it in a source checkout."""
    inside = _PACKAGE / "_mappings"
    return inside if inside.is_dir() else _PACKAGE.parent / "mappings"


def known_mappings(folder: Path | None = None) -> tuple[str, ...]:
    """The names of all mappings in the user's folder and in syncd's own, sorted."""
    folders = [bundled_folder(), *([folder] if folder else [])]
    return tuple(sorted({file.name.removesuffix(".toml") for place in folders for file in place.glob("*.toml")}))


def mapping_reader(base: Path, folder: Path | None = None) -> Callable[[str], Source | None]:
    """How `syncd.mapping.parse` reads a mapping or what it extends.

    A name with a slash, or that ends in .toml, is a path relative to `base`; any other is looked up in `folder`, then in syncd's
    own mappings. The reader gives None where there is none, and raises OSError or UnicodeDecodeError where it is unreadable.
    """
    folders = [*([folder] if folder else []), bundled_folder()]

    def read(name: str) -> Source | None:
        places = [beside(base, name)] if is_path(name) else [place / f"{name}.toml" for place in folders]
        found = next((place for place in places if os.path.exists(place)), None)
        return Source(str(found), found.read_text("utf-8-sig")) if found else None

    return read


def is_path(name: str) -> bool:
    """Whether a mapping is named by its path."""
    return "/" in name or "\\" in name or name.endswith(".toml")
