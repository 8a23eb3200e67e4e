"""Golden values of the random streams (test/fixtures/random/streams.json), in plain Python integers.

An independent statement of Philox4x32-10 and of the stream layout in src/engine/random/random-stream.ts. The values
are pinned for ever: run this again only to add streams, and the old ones must not change.

    python scripts/oracle/random_stream.py
"""

import json
import math
import platform
import struct
from pathlib import Path

OUT = Path(__file__).parents[2] / "test/fixtures/random/streams.json"
PURPOSE = {"latents": 1, "dropout": 2, "dift": 3}
COUNT = 10
MASK = 0xFFFFFFFF


def philox(counter, key):
    c, k = list(counter), list(key)
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(p1 >> 32) ^ c[1] ^ k[0], p1 & MASK, (p0 >> 32) ^ c[3] ^ k[1], p0 & MASK]
        k = [(k[0] + 0x9E3779B9) & MASK, (k[1] + 0xBB67AE85) & MASK]
    return c


def float32(x):
    return struct.unpack("<f", struct.pack("<f", x))[0]


def words(name):
    seed = int(name["seed"])
    last = PURPOSE[name["purpose"]] << 24 | name["step"]
    block = 0
    while True:
        yield from philox([block, name["panel"], name["revision"], last], [seed & MASK, seed >> 32])
        block += 1


def normal(name):
    values, stream = [], words(name)
    while len(values) < COUNT:
        radius = math.sqrt(-2 * math.log((next(stream) + 0.5) / 2**32))
        angle = 2 * math.pi * (next(stream) + 0.5) / 2**32
        values += [float32(radius * math.cos(angle)), float32(radius * math.sin(angle))]
    return values[:COUNT]


def uniform(name):
    stream = words(name)
    return [(next(stream) >> 8) / 2**24 for _ in range(COUNT)]


def main():
    names = [
        dict(seed=str(seed), purpose=purpose, panel=panel, revision=revision, step=step)
        for seed, purpose, panel, revision, step in [
            (0, "latents", 0, 0, 0),
            (7, "latents", 0, 0, 0),
            (7, "latents", 1, 0, 0),
            (7, "latents", 1, 3, 0),
            (7, "dropout", 0, 0, 0),
            (7, "dropout", 0, 0, 29),
            (7, "dift", 2, 1, 0),
            (2**64 - 1, "latents", 2**32 - 1, 2**32 - 1, 2**16 - 1),
        ]
    ]
    streams = [dict(name=name, normal=normal(name), uniform=uniform(name)) for name in names]
    OUT.parent.mkdir(parents=True, exist_ok=True)
    fixture = {"made_by": f"scripts/oracle/random_stream.py, Python {platform.python_version()}", "streams": streams}
    OUT.write_text(json.dumps(fixture, indent=1) + "\n")


if __name__ == "__main__":
    main()
