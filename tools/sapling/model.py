"""Sapling as a torch module: a small Llama with droppable sublayers, and its export to Hugging Face's layout."""
import json
import math
import os
import struct

import torch
import torch.nn.functional as F
from torch import nn

CONFIG = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "hidden_size": 128,
    "num_hidden_layers": 12,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 32,
    "intermediate_size": 384,
    "hidden_act": "silu",
    "max_position_embeddings": 1024,
    "rms_norm_eps": 1e-5,
    "rope_theta": 10000.0,
    "tie_word_embeddings": True,
    "attention_bias": False,
    "mlp_bias": False,
    "bos_token_id": 0,
    "eos_token_id": 1,
    "torch_dtype": "float16",
    "initializer_range": 0.02,
}


class Norm(nn.Module):
    def __init__(self, width, eps):
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(width)), eps

    def forward(self, x):
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.eps) * self.weight


class Attention(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.heads, self.kv, self.dim = c["num_attention_heads"], c["num_key_value_heads"], c["head_dim"]
        self.norm = Norm(c["hidden_size"], c["rms_norm_eps"])
        self.qkv = nn.Linear(c["hidden_size"], (self.heads + 2 * self.kv) * self.dim, bias=False)
        self.out = nn.Linear(self.heads * self.dim, c["hidden_size"], bias=False)

    def forward(self, x, cos, sin, mask):
        """What is added to the stream [batch, time, width], and the first head's attention [batch, time, time]."""
        b, t, _ = x.shape
        h, kv, d = self.heads, self.kv, self.dim
        qkv = self.qkv(self.norm(x)).view(b, t, h + 2 * kv, d).transpose(1, 2)
        turned, v = qkv[:, : h + kv], qkv[:, h + kv :]
        first, second = turned.chunk(2, -1)  # half-split pairing, as Hugging Face rotates
        turned = turned * cos + torch.cat((-second, first), -1) * sin
        # Query heads of a group share their key: stack them along time, so that no key is copied.
        q = turned[:, :h].reshape(b * kv, h // kv * t, d)
        k = turned[:, h:].reshape(b * kv, t, d)
        weights = torch.baddbmm(mask, q, k.transpose(1, 2), alpha=1 / math.sqrt(d)).softmax(-1)
        y = torch.bmm(weights, v.reshape(b * kv, t, d))
        return self.out(y.view(b, h, t, d).transpose(1, 2).reshape(b, t, h * d)), weights.view(b, h, t, t)[:, 0]


class FeedForward(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.norm = Norm(c["hidden_size"], c["rms_norm_eps"])
        self.wide = nn.Linear(c["hidden_size"], 2 * c["intermediate_size"], bias=False)  # gate, then up
        self.down = nn.Linear(c["intermediate_size"], c["hidden_size"], bias=False)

    def forward(self, x):
        gate, up = self.wide(self.norm(x)).chunk(2, -1)
        return self.down(F.silu(gate) * up)


class Sapling(nn.Module):
    def __init__(self, vocab, config=CONFIG):
        super().__init__()
        self.config = c = {**config, "vocab_size": vocab}
        n = c["num_hidden_layers"]
        self.embed = nn.Embedding(vocab, c["hidden_size"])
        self.attn = nn.ModuleList(Attention(c) for _ in range(n))
        self.ffn = nn.ModuleList(FeedForward(c) for _ in range(n))
        self.norm = Norm(c["hidden_size"], c["rms_norm_eps"])
        for name, p in self.named_parameters():
            if p.dim() == 2:
                nn.init.normal_(p, std=c["initializer_range"])
            if name.endswith(("out.weight", "down.weight")):
                nn.init.zeros_(p)  # every sublayer begins by adding nothing
        with torch.no_grad():
            # A direction that all tokens share is a bias to queries and keys, by which a head finds a position.
            self.embed.weight += c["initializer_range"] * torch.randn(c["hidden_size"])
        self.tables = {}

    def rotation(self, t):
        """Cosines, sines and the causal mask for t positions, kept from call to call."""
        if t not in self.tables:
            d, c = self.config["head_dim"], self.config
            rate = 1.0 / c["rope_theta"] ** (torch.arange(0, d, 2).float() / d)
            angle = torch.outer(torch.arange(t).float(), rate).repeat(1, 2)
            mask = torch.full((t, t), -1e9).triu(1)
            group = c["num_attention_heads"] // c["num_key_value_heads"]
            self.tables[t] = angle.cos(), angle.sin(), mask.repeat(group, 1)
        return self.tables[t]

    def forward(self, ids, drop=(), seen=None):
        """Logits [batch, time, vocab]; drop holds (block, 'attn' | 'ffn') pairs that are skipped.

        seen, a dict, is given the stream before each block it has as a key and the attention of the block's first head.
        """
        cos, sin, mask = self.rotation(ids.shape[1])
        x = self.embed(ids)
        for i, (attn, ffn) in enumerate(zip(self.attn, self.ffn)):
            if (i, "attn") not in drop:
                added, first = attn(x, cos, sin, mask)
                if seen and i in seen:
                    seen[i] = x, first
                x = x + added
            if (i, "ffn") not in drop:
                x = x + ffn(x)
        return F.linear(self.norm(x), self.embed.weight)

    def tensors(self):
        """The weights under Hugging Face's names."""
        c, out = self.config, {"model.embed_tokens.weight": self.embed.weight}
        q, kv = (c[k] * c["head_dim"] for k in ("num_attention_heads", "num_key_value_heads"))
        for i, (attn, ffn) in enumerate(zip(self.attn, self.ffn)):
            p = f"model.layers.{i}."
            out[p + "input_layernorm.weight"] = attn.norm.weight
            for name, part in zip("qkv", attn.qkv.weight.split([q, kv, kv])):
                out[f"{p}self_attn.{name}_proj.weight"] = part
            out[p + "self_attn.o_proj.weight"] = attn.out.weight
            out[p + "post_attention_layernorm.weight"] = ffn.norm.weight
            for name, part in zip(("gate", "up"), ffn.wide.weight.chunk(2)):
                out[f"{p}mlp.{name}_proj.weight"] = part
            out[p + "mlp.down_proj.weight"] = ffn.down.weight
        out["model.norm.weight"] = self.norm.weight
        return out


def replace(path, data):
    """Write whole or not at all: others read these files while training goes on."""
    with open(path + ".part", "wb") as f:
        f.write(data)
    os.replace(path + ".part", path)


def export(model, folder):
    """config.json and model.safetensors (F16) in Hugging Face's layout."""
    os.makedirs(folder, exist_ok=True)
    header, blobs, offset = {"__metadata__": {"format": "pt"}}, [], 0
    for name, tensor in model.tensors().items():
        blob = tensor.detach().to(torch.float16).contiguous().numpy().tobytes()
        span = [offset, offset + len(blob)]
        header[name] = {"dtype": "F16", "shape": list(tensor.shape), "data_offsets": span}
        blobs.append(blob)
        offset += len(blob)
    head = json.dumps(header, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 8)
    replace(f"{folder}/model.safetensors", struct.pack("<Q", len(head)) + head + b"".join(blobs))
    replace(f"{folder}/config.json", (json.dumps(model.config, indent=2) + "\n").encode())
