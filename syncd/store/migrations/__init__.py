"""Alembic migrations, run by syncd.store.migrate on open. Each describes its tables itself: what was released never changes."""
