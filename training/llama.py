"""A Llama decoder in PyTorch, as small as training it needs: Hugging Face names, RMSNorm, rotary halves, SwiGLU."""
import json
import math
import os
import struct

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

DTYPES = {"F16": np.float16, "F32": np.float32}


def read_safetensors(path):
    with open(path, "rb") as f:
        data = f.read()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        array = np.frombuffer(data[begin:end], DTYPES[entry["dtype"]]).astype(np.float32)
        tensors[name] = torch.tensor(array.reshape(entry["shape"]))
    return tensors


def write_safetensors(path, tensors):
    header, blobs, offset = {"__metadata__": {"format": "pt"}}, [], 0
    for name in sorted(tensors):
        blob = tensors[name].detach().to(torch.float16).contiguous().numpy().tobytes()
        header[name] = {"dtype": "F16", "shape": list(tensors[name].shape), "data_offsets": [offset, offset + len(blob)]}
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def write_adapter(folder, model, base, rank, alpha):
    """A PEFT folder of what was trained."""
    os.makedirs(folder, exist_ok=True)
    write_safetensors(f"{folder}/adapter_model.safetensors", model.adapter())
    config = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": os.path.basename(base.rstrip("/")),
        "r": rank,
        "lora_alpha": alpha,
        "lora_dropout": 0.0,
        "bias": "none",
        "fan_in_fan_out": False,
        "use_rslora": False,
        "target_modules": ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
        "inference_mode": True,
    }
    with open(f"{folder}/adapter_config.json", "w") as f:
        json.dump(config, f, indent=2)
        f.write("\n")


class LoraLinear(nn.Module):
    """y = Wx + (alpha / r) B A x, W frozen. A: [r, in], B: [out, r]."""

    def __init__(self, weight, rank, alpha):
        super().__init__()
        out_features, in_features = weight.shape
        self.weight = nn.Parameter(weight, requires_grad=False)
        self.lora_A = nn.Parameter(torch.randn(rank, in_features) / math.sqrt(in_features))
        self.lora_B = nn.Parameter(torch.zeros(out_features, rank))
        self.scaling = alpha / rank

    def forward(self, x):
        return F.linear(x, self.weight) + F.linear(F.linear(x, self.lora_A), self.lora_B) * self.scaling


class Norm(nn.Module):
    def __init__(self, weight, eps):
        super().__init__()
        self.weight, self.eps = nn.Parameter(weight, requires_grad=False), eps

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps) * self.weight


class Layer(nn.Module):
    def __init__(self, config, tensors, prefix, rank, alpha):
        super().__init__()
        take = lambda name: LoraLinear(tensors[f"{prefix}.{name}.weight"], rank, alpha)
        norm = lambda name: Norm(tensors[f"{prefix}.{name}.weight"], config["rms_norm_eps"])
        self.self_attn = nn.ModuleDict({n: take(f"self_attn.{n}") for n in ("q_proj", "k_proj", "v_proj", "o_proj")})
        self.mlp = nn.ModuleDict({n: take(f"mlp.{n}") for n in ("gate_proj", "up_proj", "down_proj")})
        self.input_layernorm, self.post_attention_layernorm = norm("input_layernorm"), norm("post_attention_layernorm")
        self.heads, self.kv_heads = config["num_attention_heads"], config["num_key_value_heads"]

    def forward(self, x, cos, sin, mask):
        batch, length, _ = x.shape
        h = self.input_layernorm(x)
        split = lambda t, n: t.view(batch, length, n, -1).transpose(1, 2)
        q = rotate(split(self.self_attn["q_proj"](h), self.heads), cos, sin)
        k = rotate(split(self.self_attn["k_proj"](h), self.kv_heads), cos, sin)
        v = split(self.self_attn["v_proj"](h), self.kv_heads)
        k, v = (t.repeat_interleave(self.heads // self.kv_heads, 1) for t in (k, v))
        weights = (q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1]) + mask).softmax(-1)
        x = x + self.self_attn["o_proj"]((weights @ v).transpose(1, 2).reshape(batch, length, -1))
        h = self.post_attention_layernorm(x)
        return x + self.mlp["down_proj"](F.silu(self.mlp["gate_proj"](h)) * self.mlp["up_proj"](h))


def rotate(t, cos, sin):
    a, b = t.chunk(2, -1)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)


class Llama(nn.Module):
    def __init__(self, folder, rank, alpha):
        super().__init__()
        with open(f"{folder}/config.json") as f:
            self.config = json.load(f)
        tensors = read_safetensors(f"{folder}/model.safetensors")
        self.embed = nn.Parameter(tensors["model.embed_tokens.weight"], requires_grad=False)
        self.layers = nn.ModuleList(
            Layer(self.config, tensors, f"model.layers.{i}", rank, alpha) for i in range(self.config["num_hidden_layers"])
        )
        self.norm = Norm(tensors["model.norm.weight"], self.config["rms_norm_eps"])
        half = torch.arange(0, self.config["head_dim"], 2) / self.config["head_dim"]
        angles = torch.outer(torch.arange(self.config["max_position_embeddings"]), self.config["rope_theta"] ** -half)
        self.cos, self.sin = angles.cos(), angles.sin()

    def forward(self, ids, positions=None, mask=None):
        """Token ids [batch, length] to hidden states [batch, length, hidden].

        positions [batch, length] and mask [batch, 1, length, length] (0 or -1e9) make a row a tree instead of a chain.
        """
        length = ids.shape[1]
        if mask is None:
            mask = torch.full((length, length), -1e9).triu(1)
        cos, sin = self.cos[:length], self.sin[:length]
        if positions is not None:
            cos, sin = self.cos[positions].unsqueeze(1), self.sin[positions].unsqueeze(1)
        x = self.embed[ids]
        for layer in self.layers:
            x = layer(x, cos, sin, mask)
        return self.norm(x)

    def logits(self, hidden):
        return hidden @ self.embed.t()

    def load_adapter(self, folder):
        tensors = read_safetensors(f"{folder}/adapter_model.safetensors")
        with torch.no_grad():
            for name, parameter in self.adapter().items():
                parameter.copy_(tensors[name])

    def adapter(self):
        """The PEFT names of what was trained."""
        parts = {}
        for i, layer in enumerate(self.layers):
            for block in ("self_attn", "mlp"):
                for name, linear in getattr(layer, block).items():
                    base = f"base_model.model.model.layers.{i}.{block}.{name}"
                    parts[f"{base}.lora_A.weight"] = linear.lora_A
                    parts[f"{base}.lora_B.weight"] = linear.lora_B
        return parts
