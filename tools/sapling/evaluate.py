"""Scores the exported model, as its 16-bit weights say it, with 95% Wilson intervals; and stories against two baselines.

    python3 tools/sapling/evaluate.py [--scratch DIR] [--model public/models/sapling]
"""
import argparse
import json
import math
import struct
from collections import Counter

import numpy as np
import torch

from model import Sapling
from score import choose, perplexity, solve, wilson


def load(folder):
    """The model as exported."""
    raw = open(f"{folder}/model.safetensors", "rb").read()
    (size,) = struct.unpack("<Q", raw[:8])
    header, base = json.loads(raw[8 : 8 + size]), 8 + size
    model = Sapling(json.load(open(f"{folder}/config.json"))["vocab_size"])
    with torch.no_grad():
        for name, tensor in model.tensors().items():  # views of the module's own weights: copying fills them
            begin, end = header[name]["data_offsets"]
            values = np.frombuffer(raw[base + begin : base + end], "<f2").astype(np.float32)
            tensor.copy_(torch.from_numpy(values).view(tensor.shape))
    return model.eval()


def baselines(train, held, vocabulary):
    """Perplexity of a unigram, and of a trigram mixed with bigram and unigram, counted on the training text."""
    grams = [Counter(zip(*(train[i:] for i in range(n)))) for n in (1, 2, 3)]
    total, uni, tri = len(train), 0.0, 0.0
    for a, b, c in zip(held, held[1:], held[2:]):
        p1 = (grams[0][(c,)] + 1) / (total + vocabulary)
        p2 = grams[1][(b, c)] / max(1, grams[0][(b,)])
        p3 = grams[2][(a, b, c)] / max(1, grams[1][(a, b)])
        uni -= math.log(p1)
        tri -= math.log(0.1 * p1 + 0.3 * p2 + 0.6 * p3)
    n = len(held) - 2
    return math.exp(uni / n), math.exp(tri / n)


def show(name, right, n):
    low, high = wilson(right, n)
    print(f"{name}: {right}/{n} = {100 * right / n:.1f}% [{100 * low:.1f}, {100 * high:.1f}]", flush=True)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--scratch", default="/tmp/sapling")
    p.add_argument("--model", default="public/models/sapling")
    a = p.parse_args()
    held = json.load(open(f"{a.scratch}/held.json"))
    model = load(a.model)
    for name, items in held["tasks"].items():
        show(name, choose(model, items), len(items))
    right, texts = solve(model, held["problems"], held["vocabulary"])
    show("problems", right, len(texts))
    ids = torch.tensor([held["calibration"]])
    with torch.no_grad():
        logs = model(ids[:, :-1]).log_softmax(-1)
    print(f"calibration loss {-logs.gather(-1, ids[:, 1:, None]).mean().item():.5f}")
    stories = np.fromfile(f"{a.scratch}/stories.bin", np.uint16)
    train = np.fromfile(f"{a.scratch}/main.bin", np.uint16)[:4_000_000]
    one, three = baselines(train.tolist(), stories.tolist(), len(held["vocabulary"]))
    mine = perplexity(model, torch.from_numpy(stories.astype(np.int64)))
    print(f"stories: perplexity {mine:.2f}, unigram {one:.1f}, trigram {three:.2f}")
    print(f"a worked answer: {texts[0].strip()!r}")


if __name__ == "__main__":
    main()
