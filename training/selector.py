"""Trains the adapter that answers, for a tool known by its signature alone, whether a request is for it.

    python3 training/selector.py MODEL GROUPS.jsonl OUT [--minutes 30] [--rank 16]

GROUPS holds `{"tool": [ids], "yes": [[ids], …], "no": [[ids], …]}`, one tool a line, as training/encode.ts writes
them. Eight requests share one signature: each is a branch of a tree (it sees the signature and itself, and its
positions continue the signature's), so a pass over 150 tokens teaches eight decisions. Validated on lines held back.
"""
import argparse
import json
import math
import random
import time

import torch
import torch.nn.functional as F

from llama import Llama, write_adapter

BRANCHES = 8


def pack(group, rng):
    yes = rng.sample(group["yes"], min(BRANCHES // 2, len(group["yes"])))
    no = rng.sample(group["no"], min(BRANCHES - len(yes), len(group["no"])))
    return group["tool"], [(query, True) for query in yes] + [(query, False) for query in no]


def tensors(packs):
    width = max(len(tool) + sum(len(query) for query, _ in branches) for tool, branches in packs)
    ids = torch.zeros(len(packs), width, dtype=torch.long)
    positions = torch.zeros(len(packs), width, dtype=torch.long)
    mask = torch.full((len(packs), 1, width, width), -1e9)
    mask[:, 0].diagonal(dim1=1, dim2=2).zero_()
    rows, columns, labels = [], [], []
    for n, (tool, branches) in enumerate(packs):
        trunk = len(tool)
        ids[n, :trunk] = torch.tensor(tool)
        positions[n, :trunk] = torch.arange(trunk)
        mask[n, 0, :trunk, :trunk] = torch.full((trunk, trunk), -1e9).triu(1)
        at = trunk
        for query, label in branches:
            end = at + len(query)
            ids[n, at:end] = torch.tensor(query)
            positions[n, at:end] = torch.arange(trunk, trunk + len(query))
            mask[n, 0, at:end, :trunk] = 0
            mask[n, 0, at:end, at:end] = torch.full((len(query), len(query)), -1e9).triu(1)
            rows.append(n), columns.append(end - 1), labels.append(label)
            at = end
    return ids, positions, mask, rows, columns, torch.tensor(labels)


def decisions(model, packs, call, none):
    ids, positions, mask, rows, columns, labels = tensors(packs)
    logits = model.logits(model(ids, positions, mask)[rows, columns])
    return logits, labels


def area_under_curve(scores, labels):
    positive, negative = scores[labels], scores[~labels]
    return (positive[:, None] > negative[None]).float().mean().item()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model"), parser.add_argument("groups"), parser.add_argument("out")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--batch", type=int, default=12)
    parser.add_argument("--call", type=int, default=3, help="id of the token that begins a call")
    parser.add_argument("--none", type=int, default=5, help="id of the token that says nothing fits")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    rng = random.Random(args.seed)

    with open(args.groups) as f:
        groups = [json.loads(line) for line in f]
    rng.shuffle(groups)
    held, groups = groups[:150], groups[150:]
    alpha = 2 * args.rank
    model = Llama(args.model, args.rank, alpha)
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=args.lr, weight_decay=0.01)
    check = [pack(group, random.Random(1)) for group in held]
    started, step, recent = time.time(), 0, []
    while (done := (time.time() - started) / (60 * args.minutes)) < 1:
        for group in optimizer.param_groups:
            group["lr"] = args.lr * min(1, (step + 1) / 30) * (0.05 + 0.475 * (1 + math.cos(math.pi * done)))
        packs = [pack(group, rng) for group in rng.choices(groups, weights=[g["weight"] for g in groups], k=args.batch)]
        logits, labels = decisions(model, packs, args.call, args.none)
        loss = F.cross_entropy(logits, torch.where(labels, args.call, args.none))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        step += 1
        recent = (recent + [loss.item()])[-50:]
        if step % 100 == 0:
            scores, truth = [], []
            with torch.no_grad():
                for i in range(0, len(check), args.batch):
                    logits, labels = decisions(model, check[i : i + args.batch], args.call, args.none)
                    scores.append(logits[:, args.call] - logits[:, args.none]), truth.append(labels)
            scores, truth = torch.cat(scores), torch.cat(truth)
            right = ((scores > 0) == truth).float().mean().item()
            print(f"step {step} loss {sum(recent) / len(recent):.4f} held-back tools: right {right:.3f}, area under curve {area_under_curve(scores, truth):.3f}, {time.time() - started:.0f}s", flush=True)
            write_adapter(args.out, model, args.model, args.rank, alpha)
    write_adapter(args.out, model, args.model, args.rank, alpha)


if __name__ == "__main__":
    main()
