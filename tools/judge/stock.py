"""What transformers makes of exported checkpoints. Reads from standard input, a JSON line a question, and answers a line each:

    {"folder": ..., "windows": [[id, ...], ...], "hook": true}    the mean loss over all predicted tokens, in float32
    {"folder": ..., "windows": [...], "gguf": file}               the same of a GGUF, widened to float32
    {"run": script, "cwd": folder, "same": [folder, folder]}      runs a script, and compares two checkpoints, tensor for tensor
"""
import importlib.util
import json
import os
import subprocess
import sys
from glob import glob

import torch
from safetensors import safe_open
from transformers import AutoModelForCausalLM


def loss(folder, windows, hook=False, gguf=None):
    settings = {"dtype": torch.float32, "attn_implementation": "eager"}
    model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=gguf, **settings).eval()
    if hook:
        spec = importlib.util.spec_from_file_location("hook", os.path.join(folder, "lopper_recovery.py"))
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.LopperRecovery(folder).apply(model)
    total = count = 0
    with torch.no_grad():
        for ids in windows:
            ids = torch.tensor([ids])
            logp = model(ids).logits[0, :-1].double().log_softmax(-1)
            total -= logp.gather(1, ids[0, 1:, None]).sum().item()
            count += ids.shape[1] - 1
    return total / count


def tensors(folder):
    found = {}
    for path in glob(os.path.join(folder, "*.safetensors")):
        with safe_open(path, "pt") as file:
            found.update({name: file.get_tensor(name) for name in file.keys()})
    return found


def compare(run, cwd, same):
    subprocess.run([sys.executable, run], cwd=cwd, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    a, b = (tensors(folder) for folder in same)
    names = sorted(set(a) ^ set(b)) + [n for n in a if n in b and not torch.equal(a[n], b[n])]
    return {"different": names, "tensors": len(a)}


for line in sys.stdin:
    asked = json.loads(line)
    answer = compare(**asked) if "run" in asked else loss(**asked)
    print(json.dumps(answer), flush=True)
