"""Pure. What exists: identities, vendor records, the unified rows, findings, actions. Nothing here reads or writes the world."""
