"""Hints by which answering with a letter is learned early: without them it stayed at chance for 8 million tokens.

To answer with a letter takes a circuit of three parts, none of which earns anything without the others: each option
learns which letter stands before it, the answer is found in words, and the option with these words is looked at. So a
loss is added for each part, where a lettered question ends in `Answer:` and a letter:

    own     attention from an option's tokens to its letter               -ln P, in the first head of block OWN
    carry   the stream there before block MATCH, read by the model's own output: -ln p of this letter
    copy    attention from the colon to the asked words (look-ups only)   -ln sum P, in the first head of block COPY
    lens    the colon's stream before block MATCH, read likewise          -ln p of the right option's tokens, mean
    match   attention from the colon to the right option                  -ln sum P, in the first head of block MATCH

The two readings are early exits (LayerSkip, arXiv 2404.16710, trains such); the rest is attention told where to look.
"""
import torch
import torch.nn.functional as F

OWN, COPY, MATCH = 0, 1, 7
BLOCKS = (OWN, COPY, MATCH)
FIRST = (*BLOCKS, 8)  # these learn look-ups before the others begin
FULL = 8  # questions in a part from which on a hint has its full weight


class Hints:
    def __init__(self, vocabulary):
        id_of = {token: i for i, token in enumerate(vocabulary)}
        self.line, self.dot, self.answer, self.colon, self.space = (id_of[t] for t in ("Ċ", ".", "Answer", ":", "Ġ"))
        self.letters = [id_of[t] for t in "ABCD"]
        self.digits = {id_of[str(d)] for d in range(10)}

    def questions(self, row):
        """Lettered questions of a row of ids: where the colon is, the options' spans, and which is right."""
        found, options, begins = [], [], 0
        for i in range(1, len(row) - 2):
            if row[i - 1] != self.line:
                continue
            if row[i] == self.line:
                begins, options = i + 1, []
            elif row[i + 1] == self.dot and row[i] in self.letters:
                options = options if row[i] == self.letters[len(options) % 4] else []
                options = [*options, i]
            elif row[i] == self.answer and row[i + 1] == self.colon and len(options) > 1:
                spans = list(zip(options, [*options[1:], i]))
                found.append({"colon": i + 1, "begins": begins, "spans": spans, "after": row[i + 2]})
                options = []
        return found

    def asked(self, row, question, words):
        """Where in the question the right option's words stand, as they do in a look-up."""
        if not words or self.digits & set(words):
            return None
        for at in range(question["begins"], question["spans"][0][0] - len(words)):
            if row[at : at + len(words)] == words:
                return at, at + len(words)
        return None

    def __call__(self, model, ids, letters, seen):
        """The sum of the five losses; `letters` are the tokens of the answers, `seen` what the model filled in."""
        own, copy, match, lens, weights = [], [], [], [], []
        for b, row in enumerate(ids.tolist()):
            for q in self.questions(row):
                if q["after"] not in letters[: len(q["spans"])]:
                    continue
                start, end = q["spans"][letters.index(q["after"])]
                own += [(b, i, s, letters[k]) for k, (s, e) in enumerate(q["spans"]) for i in range(s + 2, e)]
                match.append((b, q["colon"], start, end))
                words = [t for t in row[start + 2 : end - 1]]
                asked = self.asked(row, q, words)
                if asked:
                    copy.append((b, q["colon"], *asked))
                words = [t for t in words if t != self.space]
                lens += [(len(match) - 1, t) for t in words]
                weights += [1 / len(words)] * len(words)
        if not match:
            return torch.zeros(())
        part = min(1.0, len(match) / FULL)
        row, at, letter, name = torch.tensor(own).T
        total = -(seen[OWN][1][row, at, letter] + 1e-6).log().mean()
        total = total + F.cross_entropy(read(model, seen[MATCH][0][row, at]), name)
        total = total + looks(seen[MATCH][1], match)
        if copy:
            total = total + looks(seen[COPY][1], copy) * (len(copy) / len(match))
        place = torch.tensor([m[:2] for m in match]).T
        logs = read(model, seen[MATCH][0][place[0], place[1]]).log_softmax(-1)
        which, token = torch.tensor(lens).T
        total = total - (logs[which, token] * torch.tensor(weights)).sum() / len(match)
        return part * total


def read(model, stream):
    """Logits of a stream [n, width] by the model's last norm and its embedding."""
    return F.linear(model.norm(stream), model.embed.weight)


def looks(probabilities, spans):
    """Mean of -ln of the attention that (row, at, start, end) gives to positions start to end."""
    row, at, start, end = torch.tensor(spans).T
    given = F.pad(probabilities[row, at].cumsum(-1), (1, 0))
    n = torch.arange(len(row))
    return -((given[n, end] - given[n, start]).clamp_min(0) + 1e-4).log().mean()
