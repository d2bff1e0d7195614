"""What a plug-in author reads: the connector, its settings and gate, the six errors. No I/O of its own, and no vendor's name."""

from syncd.contract.connector import (
    Account,
    Budget,
    Connector,
    Gate,
    Kind,
    Limits,
    NoNotes,
    Notes,
    Notice,
    Options,
    Page,
    Settings,
    Stream,
    TlsAndProxy,
)
from syncd.contract.detector import Detector, Rules
from syncd.contract.errors import AuthFailed, Gone, Misconfigured, RateLimited, Refused, SyncError, Unavailable
from syncd.contract.hooks import Delivery, Distrusted, HookOrder, HookScheme, HookStep

__all__ = [
    "Account",
    "AuthFailed",
    "Budget",
    "Connector",
    "Delivery",
    "Detector",
    "Distrusted",
    "Gate",
    "Gone",
    "HookOrder",
    "HookScheme",
    "HookStep",
    "Kind",
    "Limits",
    "Misconfigured",
    "NoNotes",
    "Notes",
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
