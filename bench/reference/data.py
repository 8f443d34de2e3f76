"""One case of the group `data`: data.py '<Python that defines work()>' <folder for files>."""
import hashlib
import json
import resource
import sys
import time

import numpy as np

source, folder = sys.argv[1:3]


def noise(shape, dtype, most=1):
    """A sine of the position, from 0 to `most`."""
    steps = np.arange(np.prod(shape), dtype=np.float64)
    return ((np.sin(steps * 12.9898) * 0.5 + 0.5) * most).astype(dtype).reshape(shape)


def tell(**values) -> None:
    print(json.dumps(values), flush=True)


def checksum(arrays) -> str:
    """Of the bytes of arrays, one after the other, in C order."""
    found = hashlib.sha1()
    for array in arrays:
        found.update(np.ascontiguousarray(array))
    return found.hexdigest()


scope = {"np": np, "noise": noise, "folder": folder, "checksum": checksum}
exec(source, scope)
work = scope["work"]
tell(ready=1)
for line in sys.stdin:
    if line.strip() == "end":
        break
    if line.strip() == "check":
        tell(check=scope["check"]())
        continue
    start, before = time.perf_counter(), time.process_time()
    work()
    cpu = time.process_time() - before
    tell(ms=(time.perf_counter() - start) * 1000, cpu=cpu * 1000)
tell(peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
