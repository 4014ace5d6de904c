"""Trains one LoRA adapter and writes it as a PEFT folder.

    python3 training/lora.py MODEL ROWS.jsonl OUT [--rank 8] [--epochs 4] [--lr 2e-3]

ROWS holds `{"prompt": [ids], "target": [ids]}`, one a line, as training/encode.ts writes them; the loss is on the
target only, its first token (does this tool fit at all?) counted FIRST times.
"""
import argparse
import json
import math
import random
import time

import torch
import torch.nn.functional as F

from llama import Llama, write_adapter

FIRST = 4.0


def batches(rows, budget, rng):
    """Rows of like length together, at most `budget` tokens with padding."""
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]["prompt"]) + len(rows[i]["target"]) + 4 * rng.random())
    out, batch = [], []
    for i in order:
        length = len(rows[i]["prompt"]) + len(rows[i]["target"])
        if batch and (len(batch) + 1) * length > budget:
            out.append(batch)
            batch = []
        batch.append(i)
    out.append(batch)
    rng.shuffle(out)
    return out


def tensors(rows, batch):
    width = max(len(rows[i]["prompt"]) + len(rows[i]["target"]) for i in batch)
    ids, weight = torch.zeros(len(batch), width, dtype=torch.long), torch.zeros(len(batch), width)
    for n, i in enumerate(batch):
        prompt, target = rows[i]["prompt"], rows[i]["target"]
        ids[n, : len(prompt) + len(target)] = torch.tensor(prompt + target)
        weight[n, len(prompt) : len(prompt) + len(target)] = 1.0
        weight[n, len(prompt)] = FIRST
    return ids, weight


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model"), parser.add_argument("rows"), parser.add_argument("out")
    parser.add_argument("--rank", type=int, default=8)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--budget", type=int, default=3072)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--start", help="a folder written before, of the same rank, to go on from")
    parser.add_argument("--bf16", action="store_true", help="3x faster with AVX512_BF16, 10x slower without")
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    rng = random.Random(args.seed)

    alpha = 2 * args.rank
    model = Llama(args.model, args.rank, alpha)
    if args.start:
        model.load_adapter(args.start)
    trained = [p for p in model.parameters() if p.requires_grad]
    with open(args.rows) as f:
        rows = [json.loads(line) for line in f]
    steps = [batch for _ in range(args.epochs) for batch in batches(rows, args.budget, rng)]
    optimizer = torch.optim.AdamW(trained, lr=args.lr, weight_decay=0.01)
    started, recent = time.time(), []
    for step, batch in enumerate(steps):
        rate = args.lr * min(1, (step + 1) / 20) * (0.05 + 0.475 * (1 + math.cos(math.pi * step / len(steps))))
        for group in optimizer.param_groups:
            group["lr"] = rate
        ids, weight = tensors(rows, batch)
        weight = weight[:, 1:]
        chosen = weight > 0
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=args.bf16):
            logits = model.logits(model(ids[:, :-1])[chosen])
        loss = (F.cross_entropy(logits.float(), ids[:, 1:][chosen], reduction="none") * weight[chosen]).sum() / weight.sum()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        recent = (recent + [loss.item()])[-50:]
        if (step + 1) % 20 == 0 or step + 1 == len(steps):
            print(f"{step + 1}/{len(steps)} loss {sum(recent) / len(recent):.4f} {time.time() - started:.0f}s", flush=True)

    write_adapter(args.out, model, args.model, args.rank, alpha)


if __name__ == "__main__":
    main()
