"""How much memory a program of the benches held."""

import resource
import sys
from pathlib import Path


def peak_mb() -> float:
    """The most memory that this program held. What the kernel counts for the process began with the one that started it."""
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) / 2**10 for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
