"""A pull in a process of its own, for what it takes and holds: seconds, CPU, and memory over the idle process.

    python -m tests.bench_pull CONFIG

Standard output gets JSON. Idle is the process with the configuration read and the store open; the vendors' libraries, which are loaded by
the first connector, count as memory of the pull, and not as its time.
"""

import json
import resource
import sys
import time
from pathlib import Path

from syncd.app import opened
from syncd.run.one_pass import each
from syncd.run.pull import pull


def held_mb(name: str) -> float:
    """`VmRSS`, what this process holds, or `VmHWM`, the most that it ever held; where the kernel says neither, the latter."""
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) / 2**10 for line in status.read_text().splitlines() if line.startswith(name))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def main() -> None:
    """Read all connections into the store that the configuration names."""
    with opened(Path(sys.argv[1]), {}) as app:
        idle = held_mb("VmRSS")
        for link in app.links:
            link.open().close()
        before, cpu = time.monotonic(), time.process_time()
        pulled = each(app.links, lambda link: pull(link, app.store, app.works.clock))
        used = {"wall_s": time.monotonic() - before, "cpu_s": time.process_time() - cpu}
        peak = held_mb("VmHWM")
    vendors = {name: {"items": sum(read.read for read in one.streams.values())} for name, one in pulled.items()}
    whole = {**used, "idle_mb": idle, "peak_mb": peak, "over_idle_mb": peak - idle}
    json.dump({"vendors": vendors, **{name: round(value, 2) for name, value in whole.items()}}, sys.stdout)


if __name__ == "__main__":
    main()
