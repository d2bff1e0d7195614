"""Companies as the tests of passes have them."""

from tests.run.conftest import bare, firm

__all__ = ["bare", "firm"]
