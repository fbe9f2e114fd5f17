"""Walks a plain Llama on the processor, for `npm run ship-results -- --python python3`: where there is no graphics card,
numpy's matrices are many times faster than a software adapter's.

Reads requests from standard input, a line of JSON each, and answers each with a line of JSON that says how many bytes
follow. Requests name what `EngineContract` names (src/engine/contract.ts); a mask is what is left out by sublayer, 2 * block
for attn and 2 * block + 1 for ffn, with the name of the module that stands there, or null.

    python3 tools/shipping/processor.py FOLDER

FOLDER holds what tools/shipping/widened.ts writes: model.json, and the weights as F32 in weights.bin, which is mapped
and not read, so that several of these share it.
"""
import json
import math
import os
import sys
from base64 import b64decode

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # on a busy machine two threads wait for one another

import numpy as np  # noqa: E402

# Rows of logits at a time: they stay in the processor's cache.
HEAD_ROWS = 256
# What becomes of a sublayer that no mask names.
RUNS = "runs"


class Llama:
    """The Llama layout, biases and switches left out: widened.ts refuses a model that has any."""

    def __init__(self, folder):
        facts = json.load(open(f"{folder}/model.json"))
        weights, at = np.memmap(f"{folder}/weights.bin", "<f4", "r"), 0
        tensors = {}
        for name, shape in facts["shapes"].items():
            size = math.prod(shape)
            tensors[name] = weights[at : at + size].reshape(shape)
            at += size
        self.blocks, self.eps = facts["blocks"], facts["eps"]
        self.heads, self.kv, self.dim = facts["heads"], facts["kvHeads"], facts["headDim"]
        self.frequencies = np.array(facts["frequencies"])
        self.embedding, self.last_norm = tensors[facts["embedding"]], tensors[facts["finalNorm"]]
        self.head = tensors[facts["head"]].T
        self.sublayers = [
            (tensors[one["norm"]], [tensors[name].T for name in one["weights"]]) for one in facts["sublayers"]
        ]

    def norm(self, x, weight):
        return x / np.sqrt(np.mean(x * x, -1, keepdims=True) + np.float32(self.eps)) * weight

    def rotate(self, x, turns):
        """x [rows, heads, dim] turned by its positions."""
        a, b = np.split(x, 2, -1)
        cos, sin = turns
        return np.concatenate([a * cos - b * sin, b * cos + a * sin], -1)

    def turns(self, positions):
        """Cosine and sine [rows, 1, dim / 2] of what each position turns each pair of channels by."""
        angles = (positions[:, None] * self.frequencies)[:, None]
        return np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)

    def qkv(self, x, weights, turns):
        q, k, v = (x @ w for w in weights[:3])
        q = self.rotate(q.reshape(len(x), self.heads, self.dim), turns)
        k = self.rotate(k.reshape(len(x), self.kv, self.dim), turns)
        return q, k, v.reshape(len(x), self.kv, self.dim)

    def mix(self, q, k, v, bias):
        """q [n, T, heads, dim] on k, v [n, S, kv, dim]; `bias` [.., T, S] is -inf where a row does not see. -> [n, T, heads * dim]"""
        k, v = (np.repeat(x, self.heads // self.kv, 2) for x in (k, v))
        scores = (q / np.float32(self.dim**0.5)).transpose(0, 2, 1, 3) @ k.transpose(0, 2, 3, 1)
        scores += bias
        scores -= scores.max(-1, keepdims=True)
        np.exp(scores, out=scores)
        mixed = scores @ v.transpose(0, 2, 1, 3)
        mixed /= scores.sum(-1, keepdims=True)
        return mixed.transpose(0, 2, 1, 3).reshape(*q.shape[:2], -1)

    def ffn(self, index, h):
        weight, (gate, up, down) = self.sublayers[index]
        x = self.norm(h, weight)
        g, u = x @ gate, x @ up
        u *= g
        np.exp(np.negative(g, out=g), out=g)
        g += 1
        u /= g
        return u @ down

    def logits(self, h):
        return self.norm(h, self.last_norm) @ self.head


class Module:
    """What stands in for a sublayer: adds strength * (b a x + diagonal * x + bias), see src/recovery/module.ts."""

    def __init__(self, strength, bias, a=None, b=None, diagonal=None):
        self.strength, self.bias = np.float32(strength), floats(bias)
        self.a, self.b, self.diagonal = (one and floats(one) for one in (a, b, diagonal))

    def __call__(self, x):
        width = len(self.bias)
        adds = np.broadcast_to(self.bias, x.shape)
        if self.a is not None:
            adds = adds + x @ self.a.reshape(-1, width).T @ self.b.reshape(width, -1).T
        if self.diagonal is not None:
            adds = adds + x * self.diagonal
        return self.strength * adds


def floats(base64):
    return np.frombuffer(b64decode(base64), "<f4")


class Walk:
    """Every mask in step over the rows of a token tree; what masks have in common is computed once."""

    def __init__(self, model, tree, masks, modules, distance):
        self.model, self.tree, self.distance = model, tree, distance
        self.modules = {name: Module(**one) for name, one in modules.items()}
        self.rows, self.targets = (np.array(tree[x], np.int64) for x in ("scoredRows", "targets"))
        self.turns = model.turns(np.array(tree["positions"]))
        self.groups = groups(tree["chains"])
        self.full = []
        self.logprob = np.zeros((len(masks), len(self.rows)), np.float32)
        self.greedy = np.zeros((len(masks), len(self.rows)), np.uint8)
        self.apart = np.zeros(len(masks), np.float64)
        self.first = model.embedding[np.array(tree["ids"])]

    def score(self, masks):
        if self.distance:
            self.go(0, self.first, [(-1, {})])
        self.go(0, self.first, list(enumerate(masks)))
        return [self.logprob, self.greedy, self.apart]

    def go(self, index, h, masks):
        for at in range(index, 2 * self.model.blocks):
            alike = {}
            for one in masks:
                alike.setdefault(one[1].get(at, RUNS), []).append(one)
            *others, (step, masks) = alike.items()
            for other, own in others:
                self.go(at + 1, self.step(other, at, h), own)
            h = self.step(step, at, h)
        self.read(h[self.rows], [i for i, _ in masks])

    def step(self, step, at, h):
        if step is None:
            return h
        if step != RUNS:
            return h + self.modules[step](h)
        return h + (self.attn(at, h) if at % 2 == 0 else self.model.ffn(at, h))

    def moments(self, mask, sublayers):
        """What sublayers that follow one another read, and add together: as src/recovery/moments.ts has it, in double precision."""
        h, before = self.first, None
        for at in range(sublayers[-1] + 1):
            if at == sublayers[0]:
                before = h
            h = self.step(mask.get(at, RUNS), at, h)
        x, t = before.astype(np.float64), (h - before).astype(np.float64)
        means = [x.mean(0), t.mean(0), abs(x).mean(0), abs(x + t).mean(0)]
        x, t = x - means[0], t - means[1]
        xx, xt = x.T @ x, x.T @ t
        return [*means, xx.diagonal(), xt.diagonal(), (t * t).sum(0), xx, xt]

    def attn(self, index, h):
        model = self.model
        weight, weights = model.sublayers[index]
        q, k, v = model.qkv(model.norm(h, weight), weights, self.turns)
        mixed = np.empty((len(h), model.heads * model.dim), np.float32)
        for own, seen, bias in self.groups:
            mixed[own] = model.mix(q[own], k[seen], v[seen], bias)
        return mixed @ weights[3]

    def read(self, h, masks):
        for first in range(0, len(h), HEAD_ROWS):
            part = slice(first, first + HEAD_ROWS)
            logits = self.model.logits(h[part])
            if masks == [-1]:
                self.full.append(logits)
                continue
            if self.distance:
                gap = logits - self.full[first // HEAD_ROWS]
                self.apart[masks] += np.sqrt(np.einsum("rv,rv->r", gap, gap)).sum(dtype=np.float64)
            picked = logits[np.arange(len(logits)), self.targets[part]]
            top = logits.max(-1)
            logits -= top[:, None]
            total = np.log(np.exp(logits, out=logits).sum(-1)) + top
            self.logprob[masks, part] = picked - total
            self.greedy[masks, part] = picked == top


def groups(chains):
    """Chains as long as one another, with as many rows above them: their rows, the rows above and their own, and what hides some."""
    above, alike = [], {}
    for chain in chains:
        parent = chain["parent"]
        up = [] if parent < 0 else above[parent] + list(range(chains[parent]["start"], chains[parent]["end"]))
        above.append(up)
        own = list(range(chain["start"], chain["end"]))
        if own:
            alike.setdefault((len(own), len(up)), []).append((own, up + own))
    for (rows, up), members in alike.items():
        bias = np.concatenate([np.zeros((rows, up)), np.triu(np.full((rows, rows), -np.inf), 1)], 1).astype(np.float32)
        own, seen = (np.array([m[i] for m in members]) for i in (0, 1))
        alike[rows, up] = (own, seen, bias)
    return list(alike.values())


class Decoder:
    """Texts under way with one mask, a key and a value kept for every token of each."""

    def __init__(self, model, mask, sequences, length):
        self.model, self.mask, self.length = model, frozenset(mask), length
        shape = (sequences, length, model.kv, model.dim)
        attns = [a for a in range(0, 2 * model.blocks, 2) if a not in self.mask]
        self.cache = {a: (np.zeros(shape, np.float32), np.zeros(shape, np.float32)) for a in attns}
        self.lengths = np.zeros(sequences, np.int64)

    def read(self, sequence, ids):
        """A prompt from its first token on. -> logits [1, vocabulary] after its last."""
        self.lengths[sequence] = 0
        return self.feed(np.array([sequence]), np.array([ids]))

    def step(self, sequences, ids):
        return self.feed(np.array(sequences), np.array(ids)[:, None])

    def feed(self, sequences, ids):
        """Appends ids [n, T] to n sequences. -> logits [n, vocabulary] after the last."""
        model, (n, rows) = self.model, ids.shape
        positions = self.lengths[sequences][:, None] + np.arange(rows)
        seen = int(positions.max()) + 1
        bias = np.where(np.arange(seen) > positions[..., None], np.float32(-np.inf), np.float32(0))[:, None]
        turns, h = model.turns(positions.ravel()), model.embedding[ids.ravel()]
        for index in range(2 * model.blocks):
            if index in self.mask:
                continue
            if index % 2:
                h = h + model.ffn(index, h)
                continue
            weight, weights = model.sublayers[index]
            q, k, v = model.qkv(model.norm(h, weight), weights, turns)
            keys, values = self.cache[index]
            keys[sequences[:, None], positions] = k.reshape(n, rows, model.kv, model.dim)
            values[sequences[:, None], positions] = v.reshape(n, rows, model.kv, model.dim)
            q = q.reshape(n, rows, model.heads, model.dim)
            h = h + model.mix(q, keys[sequences, :seen], values[sequences, :seen], bias).reshape(n * rows, -1) @ weights[3]
        self.lengths[sequences] += rows
        return model.logits(h.reshape(n, rows, -1)[:, -1])


def main(folder):
    model, decoders = Llama(folder), {}
    answer = sys.stdout.buffer
    answer.write(json.dumps({"sizes": [], "name": f"numpy {np.__version__}"}).encode() + b"\n")
    answer.flush()
    for line in sys.stdin:
        asked = json.loads(line)
        what, parts = asked["do"], []
        if what in ("walk", "moments"):
            masks = [{int(at): name for at, name in mask.items()} for mask in asked["masks"]]
            walk = Walk(model, asked["tree"], masks, asked["modules"], asked.get("distance", False))
            parts = walk.score(masks) if what == "walk" else walk.moments(masks[0], asked["sublayers"])
        elif what == "decoder":
            decoders[asked["id"]] = Decoder(model, asked["mask"], asked["sequences"], asked["length"])
        elif what == "dispose":
            decoders.pop(asked["id"], None)
        elif what == "read":
            parts = [decoders[asked["id"]].read(asked["sequence"], asked["ids"])]
        elif what == "step":
            parts = [decoders[asked["id"]].step(asked["sequences"], asked["ids"])]
        data = [np.ascontiguousarray(part).tobytes() for part in parts]
        answer.write(json.dumps({"sizes": [len(d) for d in data]}).encode() + b"\n")
        for d in data:
            answer.write(d)
        answer.flush()


if __name__ == "__main__":
    main(sys.argv[1])
