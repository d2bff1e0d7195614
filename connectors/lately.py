"""What a connection found lately and need not look for again: projects by name, who we are. It is believed for a quarter of an hour."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from syncd.contract import Settings
from syncd.model.raw import Json, content_hash

BELIEVED = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Lately:
    """The notes of a connection with the time at which each was written. One of another server or account counts for nothing."""

    settings: Settings

    def known(self, key: str, within: timedelta = BELIEVED) -> Json:
        """What was found; None where that is too long ago, or where it never was."""
        kept = self.settings.notes.get(key)
        if not isinstance(kept, dict) or kept.get("of") != self._of:
            return None
        try:
            age = self.settings.now() - datetime.fromisoformat(str(kept.get("at")))
        except (ValueError, TypeError):
            return None
        return kept.get("found") if timedelta() <= age < within else None

    def found(self, key: str, value: Json) -> None:
        """Write down what was found just now; None strikes it out."""
        kept = {"of": self._of, "at": self.settings.now().isoformat(), "found": value}
        self.settings.notes.put(key, None if value is None else kept)

    @property
    def _of(self) -> str:
        return content_hash([self.settings.url, self.settings.user, self.settings.options.model_dump(mode="json")])
