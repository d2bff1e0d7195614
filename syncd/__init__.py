"""A sync daemon: mirrors trackers and calendars into one milestone model, and says on the ticket what it found."""

__version__ = "0.1.0"
