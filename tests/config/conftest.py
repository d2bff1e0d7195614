"""A folder with room for a configuration."""

from pathlib import Path

import pytest

from tests.config.made_up import Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)
