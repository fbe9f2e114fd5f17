"""Picks checkpoints of the run, evenly spaced in the logarithm of the step, and writes them as 8-bit files beside the model.

    python3 tools/sapling/growth.py [--scratch DIR] [--model public/models/sapling] [--count 8]

Each matrix becomes whole numbers from -127 to 127 with an F32 scale a row (`NAME.scale`); norms stay F32. The last
checkpoint is the model itself and is not written again. src/formats/eight-bit.ts reads them.
"""
import argparse
import json
import math
import os
import re
import struct

import numpy as np
import torch

from model import replace


def read(path):
    """Tensors of a safetensors file of F16."""
    data = open(path, "rb").read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    body = data[8 + length :]
    return {
        name: np.frombuffer(body[slice(*e["data_offsets"])], np.float16).reshape(e["shape"]).astype(np.float32)
        for name, e in header.items()
    }


def eight_bit(tensors):
    """The bytes of the 8-bit file."""
    header, blobs, offset = {}, [], 0

    def add(name, dtype, array):
        nonlocal offset
        blob = np.ascontiguousarray(array).tobytes()
        header[name] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": [offset, offset + len(blob)]}
        blobs.append(blob)
        offset += len(blob)

    scales = {n: np.maximum(np.abs(t).max(1), 1e-12) / 127 for n, t in tensors.items() if t.ndim == 2}
    # What is read as 32-bit numbers comes first, so that it lies on its boundary.
    for name, tensor in tensors.items():
        if name in scales:
            add(name + ".scale", "F32", scales[name].astype(np.float32))
        else:
            add(name, "F32", tensor)
    for name, scale in scales.items():
        add(name, "I8", np.rint(tensors[name] / scale[:, None]).astype(np.int8))
    head = json.dumps(header, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 8)
    return struct.pack("<Q", len(head)) + head + b"".join(blobs)


# In its first steps nothing of a model can be told from step 0.
FIRST = 16


def spaced(steps, end, count):
    """Step 0, and the `count - 1` steps nearest to even spacing, in the logarithm, from FIRST to the end, the end left out."""
    wanted = [math.log(FIRST) + math.log(end / FIRST) * i / (count - 1) for i in range(count - 1)]
    return sorted({0, *(min((s for s in steps if s > 0), key=lambda s: abs(math.log(s) - w)) for w in wanted)})


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--scratch", default="/tmp/sapling")
    p.add_argument("--model", default="public/models/sapling")
    p.add_argument("--count", type=int, default=8)
    a = p.parse_args()
    end = torch.load(f"{a.scratch}/checkpoint.pt")["state"]["step"]
    kept = sorted(int(m[1]) for f in os.listdir(f"{a.scratch}/growth") if (m := re.fullmatch(r"step(\d+)", f)))
    steps = spaced([s for s in kept if s < end], end, a.count)
    folder = f"{a.model}/growth"
    os.makedirs(folder, exist_ok=True)
    for old in os.listdir(folder):
        os.remove(f"{folder}/{old}")
    for step in steps:
        tensors = read(f"{a.scratch}/growth/step{step}/model.safetensors")
        replace(f"{folder}/step{step}.safetensors", eight_bit(tensors))
    replace(f"{folder}/index.json", (json.dumps({"steps": steps, "end": end}) + "\n").encode())
    sizes = sum(os.path.getsize(f"{folder}/{f}") for f in os.listdir(folder))
    print(f"steps {steps} and the model at {end}; {sizes / 1e6:.1f} MB")


main()
