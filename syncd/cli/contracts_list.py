"""`syncd contracts list`: what is watched, at which revisions, and which open merge requests touch it."""

from syncd.cli.frame import DEFAULT_CONFIG, AsJson, ConfigFile


def contracts_list(config: ConfigFile = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """List the contracts that are watched: their files, kind, last change, revisions, and the open merge requests that touch them."""
    from syncd.cli.contracts_watched import show  # `syncd contracts diff` does without the store

    show(config, json=json)
