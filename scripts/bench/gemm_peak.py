"""How many floating point operations a second PyTorch's large matrix products do on this CPU, for `npm run bench`.

    python gemm_peak.py SIDE THREADS        prints {"float32": operations per second, "bfloat16": …}, 0 threads: all cores
"""

import json
import sys
import time

import torch

ROUNDS = 20

side, threads = int(sys.argv[1]), int(sys.argv[2])
if threads:
    torch.set_num_threads(threads)


def peak(dtype: torch.dtype) -> float:
    a, b = torch.randn(side, side, dtype=dtype), torch.randn(side, side, dtype=dtype)
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        torch.mm(a, b.T)
        times.append(time.perf_counter() - started)
    return 2 * side**3 / min(times)


print(json.dumps({"float32": peak(torch.float32), "bfloat16": peak(torch.bfloat16)}))
