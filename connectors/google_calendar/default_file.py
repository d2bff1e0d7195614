"""Where Google's tools keep the application default credentials. The only place of this connector that sees the environment."""

import os
from collections.abc import Mapping
from pathlib import Path

from syncd.contract import Misconfigured

NAMED_BY = "GOOGLE_APPLICATION_CREDENTIALS"


def default_file(environment: Mapping[str, str] = os.environ) -> str:
    """The file that the variable names, else the one that `gcloud auth application-default login` writes. Raises Misconfigured.

    The order is Google's (https://cloud.google.com/docs/authentication/application-default-credentials); machines inside Google's
    cloud, which have no file, are not asked.
    """
    if named := environment.get(NAMED_BY):
        return named
    known = _folder(environment) / "application_default_credentials.json"
    if known.is_file():
        return str(known)
    raise Misconfigured(
        f"application_default: neither {NAMED_BY} names a file nor is there {known}. "
        "Run `gcloud auth application-default login`, or name a key in `credentials_file`"
    )


def _folder(environment: Mapping[str, str]) -> Path:
    if folder := environment.get("CLOUDSDK_CONFIG"):
        return Path(folder)
    if applications := environment.get("APPDATA"):
        return Path(applications) / "gcloud"
    return Path(environment.get("HOME") or "~").expanduser() / ".config" / "gcloud"
