"""What llama.cpp makes of exported GGUFs, by llama-cpp-python. Reads from standard input, a JSON line a question, and answers a
line each:

    {"gguf": path, "windows": [[id, ...], ...]}    the mean loss over all predicted tokens, keys and values kept in float32
"""
import json
import sys

import numpy
from llama_cpp import GGML_TYPE_F32, Llama


def loss(gguf, windows):
    model = Llama(gguf, n_ctx=512, logits_all=True, verbose=False, type_k=GGML_TYPE_F32, type_v=GGML_TYPE_F32)
    total = count = 0
    for ids in windows:
        model.reset()
        model.eval(ids)
        logits = model.scores[: len(ids) - 1].astype(numpy.float64)
        highest = logits.max(-1)
        norms = highest + numpy.log(numpy.exp(logits - highest[:, None]).sum(-1))
        total += (norms - logits[numpy.arange(len(ids) - 1), ids[1:]]).sum()
        count += len(ids) - 1
    return total / count


for line in sys.stdin:
    print(json.dumps(loss(**json.loads(line))), flush=True)
