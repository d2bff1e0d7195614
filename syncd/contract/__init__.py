"""What a plug-in author reads: the connector, its settings and gate, the six errors. No I/O of its own, and no vendor's name."""

from syncd.contract.connector import (
    Account,
    Budget,
    Connector,
    Gate,
    Kind,
    Limits,
    Notice,
    Options,
    Page,
    Settings,
    Stream,
    TlsAndProxy,
)
from syncd.contract.detector import Detector, Rules
from syncd.contract.errors import AuthFailed, Gone, Misconfigured, RateLimited, Refused, SyncError, Unavailable

__all__ = [
    "Account",
    "AuthFailed",
    "Budget",
    "Connector",
    "Detector",
    "Gate",
    "Gone",
    "Kind",
    "Limits",
    "Misconfigured",
    "Notice",
    "Options",
    "Page",
    "RateLimited",
    "Refused",
    "Rules",
    "Settings",
    "Stream",
    "SyncError",
    "TlsAndProxy",
    "Unavailable",
]
