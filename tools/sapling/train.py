"""Trains Sapling on the generated ids for a while by the clock; a run that was cut goes on from its checkpoint.

    python3 tools/sapling/train.py --minutes 100 | --until 15:40 [--scratch DIR] [--out public/models/sapling]

The learning rate follows the clock, not the steps: on a busy machine the run ends annealed all the same.
"""
import argparse
import datetime
import json
import math
import os
import random
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor

# One thread inside an operation: the parts of a batch run side by side instead, so that on a busy machine no operation
# waits for its slower half. And freed memory is kept: asking for it anew at every step costs a third of the time.
SETTINGS = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MALLOC_MMAP_THRESHOLD_": "8589934592",
    "MALLOC_TRIM_THRESHOLD_": "17179869184",
    "MALLOC_TOP_PAD_": "67108864",
}
if __name__ == "__main__" and any(os.environ.get(k) != v for k, v in SETTINGS.items()):
    os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **SETTINGS})

import numpy as np
import torch
import torch.nn.functional as F

import hints
from model import Sapling, export
from optimizer import Muon
from score import choose, report

LOOKUPS_UNTIL = 0.12  # share of the time for look-ups alone, unless they are learned sooner
LOOKUPS_MORE = 0.1  # share after that in which a quarter of each batch still is look-ups
LEARNED = 0.4  # nats: the letters' loss at which they are
LONG_FROM = 0.9  # share of the time after which windows are twice as long
ROWS, WIDTH, PARTS, WORKERS = 4, 256, 4, 2  # a step's gradient is summed over small parts, which stay in the cache
MUON_LR, ADAM_LR = 0.01, 3e-3
ANSWER_WEIGHT = 4.0
LOOKING_WEIGHT = 0.01  # of all but the letters while look-ups are learned
DROP = 0.1
CHECKPOINT_S, EXPORT_S, SCORE_S = 120, 600, 900


def moment(text):
    hour, minute = map(int, text.split(":"))
    return datetime.datetime.now().replace(hour=hour, minute=minute, second=0).timestamp()


def arguments():
    p = argparse.ArgumentParser()
    length = p.add_mutually_exclusive_group(required=True)
    length.add_argument("--minutes", type=float, help="length of the run; time between a cut and its resumption is free")
    length.add_argument("--until", type=moment, help="HH:MM today, when the run ends")
    p.add_argument("--scratch", default="/tmp/sapling")
    p.add_argument("--out", default="public/models/sapling")
    return p.parse_args()


class Corpus:
    """Windows that begin where a document begins, as every prompt does."""

    def __init__(self, path):
        self.ids = np.fromfile(path, np.uint16)
        self.starts = np.flatnonzero(self.ids[: -2 * WIDTH - 1] == 0)
        np.random.default_rng().shuffle(self.starts)
        self.at = 0

    def draw(self, rows, width):
        picked = self.starts.take(range(self.at, self.at + rows), mode="wrap")
        self.at += rows
        return torch.from_numpy(np.stack([self.ids[s : s + width + 1] for s in picked]).astype(np.int64))


def rate(share):
    """A short rise, a plateau, then a straight fall to almost nothing."""
    return min(1.0, share / 0.01, max(0.02, (1 - share) / 0.6))


def dropped(since, blocks):
    """Sublayers to skip in this step: most in the middle, more with the time since look-ups ended, none where a hint is."""
    peak = DROP * min(1.0, since / 0.2)
    chance = [0.0 if i in hints.BLOCKS else peak * math.sin(math.pi * (i + 0.5) / blocks) for i in range(blocks)]
    return {(i, kind) for i in range(blocks) for kind in ("attn", "ffn") if random.random() < chance[i]}


def not_yet(blocks):
    """Sublayers left out while look-ups are learned: few blocks learn them in a tenth of the tokens that all would need."""
    return {(i, kind) for i in range(blocks) if i not in hints.FIRST for kind in ("attn", "ffn")}


class Loss:
    """Answers weigh more than questions, which no one can foresee; while look-ups are learned, little but letters counts."""

    def __init__(self, held):
        id_of = {token: i for i, token in enumerate(held["vocabulary"])}
        self.answer, self.colon, self.line, self.question = (id_of[t] for t in ("Answer", ":", "Ċ", "Question"))
        self.equals, self.digits = id_of["Ġ="], torch.tensor([id_of[str(d)] for d in range(10)])
        self.letters = held["letters"]
        self.hints = hints.Hints(held["vocabulary"])

    def in_answer(self, x):
        """Which tokens of x follow an `Answer:` or ` =` that no empty line, question or end of document has closed."""
        before = torch.cat((x[:, :1], x[:, :-1]), 1)
        opens = ((before == self.answer) & (x == self.colon)) | (x == self.equals)
        ends_line = (x == self.line) | torch.isin(x, self.digits)  # a line that begins with a digit is the next sum
        closes = (x == self.question) | (x == 1) | ((before == self.line) & ends_line)
        at = torch.arange(1, x.shape[1] + 1).expand_as(x)
        last = [(at * mark).cummax(1).values for mark in (opens, closes)]
        return (last[0] > last[1]) & ((x != self.colon) | ~opens)

    def __call__(self, model, x, drop, looking):
        """What to learn from, and to show: the plain loss, the letters' loss, and the hints'."""
        inputs, targets = x[:, :-1], x[:, 1:]
        seen = dict.fromkeys(hints.BLOCKS)
        logits = model(inputs, drop, seen)
        loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none").view_as(targets)
        letter = torch.isin(targets, torch.tensor(self.letters))
        if looking:
            weight = torch.where(letter, 1.0, LOOKING_WEIGHT)
        else:
            weight = torch.where(letter | self.in_answer(x)[:, 1:], ANSWER_WEIGHT, 1.0)
        mean, hint = (loss * weight).sum() / weight.sum(), self.hints(model, x, self.letters, seen)
        return mean + hint, [loss.mean().item(), (loss * letter).sum().item() / max(1, letter.sum().item()), hint.item()]


def main():
    a = arguments()
    held = json.load(open(f"{a.scratch}/held.json"))
    stories = torch.from_numpy(np.fromfile(f"{a.scratch}/stories.bin", np.uint16).astype(np.int64))
    corpus, first = Corpus(f"{a.scratch}/main.bin"), Corpus(f"{a.scratch}/lookups.bin")
    loss_of = Loss(held)
    model = Sapling(len(held["vocabulary"]))
    blocks = len(model.attn)
    matrices = [p for n, p in model.named_parameters() if p.dim() == 2 and "embed" not in n]
    others = [p for n, p in model.named_parameters() if p.dim() != 2 or "embed" in n]
    optimizers = [Muon(matrices, MUON_LR), torch.optim.AdamW(others, ADAM_LR, betas=(0.9, 0.95), weight_decay=0.01)]
    state = {"began": time.time(), "step": 0, "tokens": 0, "looked": None}
    saved = f"{a.scratch}/checkpoint.pt"
    if os.path.exists(saved):
        old = torch.load(saved)
        model.load_state_dict(old["model"])
        for o, s in zip(optimizers, old["optimizers"]):
            o.load_state_dict(s)
        state = old["state"]
        # The time that the run lay still does not count.
        state["began"] += time.time() - state["saved"]
    until = a.until or state["began"] + 60 * a.minutes

    def save():
        state["saved"] = time.time()
        everything = {"model": model.state_dict(), "optimizers": [o.state_dict() for o in optimizers], "state": state}
        torch.save(everything, saved + ".part")
        os.replace(saved + ".part", saved)

    def say(text):
        print(datetime.datetime.now().strftime("%H:%M:%S"), f"step {state['step']} tokens {state['tokens']}", text, flush=True)

    def keep():
        """The weights at a step that may be shown in the film of its growth."""
        if state["step"] & (state["step"] - 1) == 0 or state["step"] % 1024 == 0:
            export(model, f"{a.scratch}/growth/step{state['step']}")

    keep()
    say(f"{sum(p.numel() for p in model.parameters())} parameters")
    last = {"save": time.time(), "export": time.time(), "score": time.time()}
    seen, shown, stop = 0, [7.0, 2.0, 10.0], []
    tick = time.time()
    workers = ThreadPoolExecutor(WORKERS)
    signal.signal(signal.SIGTERM, lambda *_: stop.append(True))
    while (now := time.time()) < until:
        share = (now - state["began"]) / (until - state["began"])
        looking = state["looked"] is None
        if looking and (share > LOOKUPS_UNTIL or shown[1] < LEARNED):
            state["looked"] = share
            say(f"look-ups end at {share:.2f} of the time, letters' loss {shown[1]:.2f}")
            continue
        rows, width = (ROWS // 2, 2 * WIDTH) if share > LONG_FROM else (ROWS, WIDTH)
        drop = not_yet(blocks) if looking else dropped(share - state["looked"], blocks)
        for o in optimizers:
            o.zero_grad(set_to_none=True)
        some = PARTS if looking else share < state["looked"] + LOOKUPS_MORE
        parts = [(first if i < some else corpus).draw(rows, width) for i in range(PARTS)]

        def learn(x):
            loss, figures = loss_of(model, x, drop, looking)
            (loss / PARTS).backward()
            return figures

        for figures in workers.map(learn, parts):
            shown = [0.98 * old + 0.02 * new for old, new in zip(shown, figures)]
        torch.nn.utils.clip_grad_norm_(others, 1.0)
        for o, top in zip(optimizers, (MUON_LR, ADAM_LR)):
            for group in o.param_groups:
                group["lr"] = top * rate(share)
            o.step()
        state["step"] += 1
        state["tokens"] += PARTS * rows * width
        seen += PARTS * rows * width
        keep()
        if state["step"] % 50 == 0:
            loss, letters, hint = shown
            say(f"share {share:.3f} loss {loss:.3f} letters {letters:.3f} hints {hint:.3f} {seen / (time.time() - tick):.0f} tokens/s")
            seen, tick = 0, time.time()
        if stop or now - last["save"] > CHECKPOINT_S:
            save()
            if stop:
                return say("stopped; the same command goes on from here")
            last["save"] = now
        if not looking and now - last["export"] > EXPORT_S:
            export(model, a.out)
            last["export"] = now
        if now - last["score"] > SCORE_S:
            lettered = held["tasks"]["letters"]
            say(f"letters {choose(model, lettered)}/{len(lettered)}" if looking else report(model, held, stories, 20))
            last["score"] = now
    save()
    export(model, a.out)
    say(f"ended: {report(model, held, stories, 100)}")


if __name__ == "__main__":
    main()
