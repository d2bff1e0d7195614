"""One file per revision. A new one: copy the last, name it m<number>_<what>.py, set LATEST in syncd.store.migrate."""
