"""The trainer's own scores on the held-out subsets: quick, batched, and no replacement for the project's evaluation."""
import math

import torch


def wilson(right, n, z=1.96):
    """95% interval of a share."""
    p, m = right / n, z * z / n
    middle, half = p + m / 2, z * math.sqrt(p * (1 - p) / n + m / (4 * n))
    return (middle - half) / (1 + m), (middle + half) / (1 + m)


def batches(rows, size):
    """Rows of similar length together, padded at the end (a causal model never looks there)."""
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    for at in range(0, len(order), size):
        part = order[at : at + size]
        wide = max(len(rows[i]) for i in part)
        yield part, torch.tensor([rows[i] + [0] * (wide - len(rows[i])) for i in part])


@torch.no_grad()
def choose(model, items):
    """Right answers by the log-probability of the choice per character."""
    rows, spans = [], []
    for n, item in enumerate(items):
        for choice, length in zip(item["choices"], item["lengths"]):
            rows.append(item["prompt"] + choice)
            spans.append((n, len(item["prompt"]), length))
    score = [[] for _ in items]
    values = [0.0] * len(rows)
    for part, ids in batches(rows, 64):
        logs = model(ids).log_softmax(-1)
        for row, i in enumerate(part):
            start, end = spans[i][1], len(rows[i])
            picked = logs[row, torch.arange(start - 1, end - 1), ids[row, start:end]]
            values[i] = picked.sum().item() / spans[i][2]
    for (n, _, _), value in zip(spans, values):
        score[n].append(value)
    return sum(s.index(max(s)) == item["answer"] for s, item in zip(score, items))


@torch.no_grad()
def solve(model, problems, vocabulary, limit=90):
    """Right answers by greedy writing up to the end of the line that holds `#### n`."""
    rows = [list(p["prompt"]) for p in problems]
    alive = list(range(len(rows)))
    texts = [""] * len(rows)
    for _ in range(limit):
        still = []
        for part, ids in batches([rows[i] for i in alive], 64):
            logits = model(ids)
            for row, k in enumerate(part):
                i = alive[k]
                token = int(logits[row, len(rows[i]) - 1].argmax())
                rows[i].append(token)
                texts[i] += vocabulary[token].replace("Ġ", " ").replace("Ċ", "\n")
                tail = texts[i].rpartition("#### ")
                if not (token == 1 or (tail[1] and tail[2].endswith("\n"))):
                    still.append(i)
        alive = still
        if not alive:
            break
    said = [text.partition("#### ")[2].split("\n")[0].replace("</s>", "").strip() for text in texts]
    return sum(a == p["answer"] for a, p in zip(said, problems)), texts


@torch.no_grad()
def perplexity(model, ids, width=256):
    """exp of the mean loss over whole windows."""
    rows = ids[: len(ids) // width * width].view(-1, width)
    losses = []
    for part in rows.split(16):
        logs = model(part[:, :-1]).log_softmax(-1)
        losses.append(-logs.gather(-1, part[:, 1:, None]).squeeze(-1).mean(1))
    return math.exp(torch.cat(losses).mean().item())


def report(model, held, stories, problems=30):
    """One line of scores."""
    model.eval()
    parts = [f"{name} {choose(model, items)}/{len(items)}" for name, items in held["tasks"].items()]
    asked = held["problems"][:problems]
    right, _ = solve(model, asked, held["vocabulary"])
    parts += [f"problems {right}/{len(asked)}", f"stories ppl {perplexity(model, stories):.2f}"]
    model.train()
    return ", ".join(parts)
