"""Adapt the model of meanings to the field: learn `search/adapter.npz`.

    python benchmarks/learning/adapt_model.py --weights FOLDER --database URL [--steps 700]

FOLDER holds model.safetensors and tokenizer.json of all-MiniLM-L6-v2, as `make model` unpacks
them. It needs torch (tried with 2.13), which neither the site nor `make model` does.

Each dense layer gets two thin matrices whose product is added to its weights (LoRA, rank 8); the
weights themselves stay. Pairs that mean the same code are brought together, all others of a batch
apart: entries of the alphabetic index with titles, inclusion terms and other entries of their code;
terms of the search with what they mean; the two wordings of HCPCS. Of the index only entries are
used for which `search_quality.learned_from` holds: what is measured there was never seen here.

The adapter that lies there was learned by an earlier form of this script over the terms of that
day. This form was begun with, 170 steps, and its loss fell from 1.18 to 0.84; it was not run to its
end. Another adapter needs `make model` and `search_quality.py --fit` after it.
"""

import argparse
import math
import os
import random
import re
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.claim_check import start_django  # noqa: E402
from benchmarks.search_quality import index_entries, learned_from, query_of  # noqa: E402

ADAPTER = ROOT / "search" / "adapter.npz"
LAYERS, HEADS, WIDTH = 6, 12, 384
DENSE = (
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "intermediate.dense",
    "output.dense",
)
RANK = 8
PAIRS = 64  # of a batch
RATE, WARM_UP, SCHEDULE = 8e-4, 50, 800  # the rate falls as half a cosine over so many steps
SHARPNESS = 20  # of the softmax over a batch
LONGEST = 24  # tokens


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--weights", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--database", required=True, metavar="URL", help="one that has the files")
    parser.add_argument("--steps", type=int, default=700)
    parser.add_argument("--to", type=Path, default=ADAPTER)
    options = parser.parse_args()
    os.environ["DATABASE_URL"] = options.database
    start_django()
    random.seed(1)
    adapted = learn(options.weights, Pairs(), options.steps)
    keep(adapted, options.to)
    return 0


class Pairs:
    """Texts that mean the same, with what tells which others do, too: a code, or a term."""

    def __init__(self):
        from codes.models import CodeSystem, Source
        from codes.queries.releases import published_releases
        from search.index import texts
        from search.meaning import meaning_text
        from search.models import Term

        releases, diagnoses = published_releases(), texts.Texts()
        texts._read_descriptions(diagnoses, releases, CodeSystem.ICD_10_CM)
        texts._add(diagnoses, texts._inclusion_terms(releases.of(Source.ICD_10_CM_TABULAR)[-1]))
        self.titles: dict[str, set[str]] = defaultdict(set)
        for phrase in diagnoses.phrases:
            self.titles[phrase.value].add(meaning_text(phrase.kind, phrase.text))
        self.below: dict[str, list[str]] = defaultdict(list)
        for value in self.titles:
            for length in range(3, len(value)):
                self.below[value[:length]].append(value)
        self.entries: list[tuple[str, str, str]] = []  # code, its phrase, as it is asked
        self.entries_of: dict[str, set[str]] = defaultdict(set)
        self.category: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
        for terms, column, code, _ in index_entries():
            if code and learned_from(terms[0]):
                phrase, _ = texts.path_text([*terms, column] if column else terms)
                entry = (code.rstrip("-"), phrase.lower(), asked(query_of(terms, column)))
                self.entries.append(entry)
                self.entries_of[entry[0]].add(entry[1])
                self.category[entry[0][:3]].append(entry)
        self.several = [(code, sorted(own)) for code, own in self.titles.items() if len(own) > 1]
        self.terms = [
            (item.term, said) for item in Term.objects.all() for said in item.meaning_list
        ]
        services = texts.Texts()
        texts._read_descriptions(services, releases, CodeSystem.HCPCS)
        wordings: dict[str, set[str]] = defaultdict(set)
        for phrase in services.phrases:
            wordings[phrase.value].add(phrase.text.lower())
        self.services = [(code, sorted(own)) for code, own in wordings.items() if len(own) > 1]

    def batch(self, count: int) -> list[tuple[str, str, str]]:
        """(what it means, a question, a text), with neighbours in a category side by side."""
        found = []
        while len(found) < count:
            chance = random.random()
            if chance < 0.72:
                entry = random.choice(self.entries)
                for code, phrase, question in (entry, random.choice(self.category[entry[0][:3]])):
                    text = self._text_of(code, phrase)
                    if text and text != question:
                        found.append((code, varied(question), text))
            elif chance < 0.82:
                code, own = random.choice(self.several)
                first, second = random.sample(own, 2)
                found.append((code, asked(first), second))
            elif chance < 0.93:
                term, said = random.choice(self.terms)
                found.append((f"term:{said}", asked(term), said.lower()))
            else:
                code, own = random.choice(self.services)
                first, second = random.sample(own, 2)
                found.append((f"hcpcs:{code}", asked(first), second))
        return found[:count]

    def _text_of(self, code: str, phrase: str) -> str | None:
        own = sorted(self.titles.get(code, ()))
        if self.below.get(code) and random.random() < 0.3:
            own = sorted(self.titles[random.choice(self.below[code])])
        others = sorted(self.entries_of[code] - {phrase})
        if others and (not own or random.random() < 0.35):
            return random.choice(others)
        return random.choice(own) if own else None


def asked(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def varied(question: str) -> str:
    """The words of a question, one of several left out now and then, or in another order."""
    words = question.split()
    if len(words) > 3 and random.random() < 0.3:
        words.pop(random.randrange(len(words)))
    if random.random() < 0.2:
        random.shuffle(words)
    return " ".join(words)


def learn(folder: Path, pairs: Pairs, steps: int) -> dict:
    """The two matrices of each dense layer, by its name."""
    import torch
    from tokenizers import Tokenizer
    from torch.nn import functional

    from search.prepare_model import _safetensors

    torch.manual_seed(1)
    stored = _safetensors((folder / "model.safetensors").read_bytes())
    weights = {name: torch.from_numpy(array.copy()) for name, array in stored.items()}
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(LONGEST)
    thin = {}
    for layer in range(LAYERS):
        for part in DENSE:
            name = f"encoder.layer.{layer}.{part}"
            rows, columns = weights[f"{name}.weight"].shape
            first = torch.randn(RANK, columns) / math.sqrt(columns)
            thin[name] = first.requires_grad_(), torch.zeros(rows, RANK, requires_grad=True)

    def dense(x, name):
        first, second = thin[name]
        plain = functional.linear(x, weights[f"{name}.weight"], weights[f"{name}.bias"])
        return plain + 2 * functional.linear(functional.linear(x, first), second)

    def norm(x, name):
        ends = weights[f"{name}.weight"], weights[f"{name}.bias"]
        return functional.layer_norm(x, (WIDTH,), *ends, 1e-12)

    def vectors(texts):
        encoded = [item.ids for item in tokenizer.encode_batch(texts)]
        ids = torch.zeros(len(encoded), max(map(len, encoded)), dtype=torch.long)
        mask = torch.zeros(ids.shape)
        for row, own in enumerate(encoded):
            ids[row, : len(own)] = torch.tensor(own)
            mask[row, : len(own)] = 1
        x = norm(
            weights["embeddings.word_embeddings.weight"][ids]
            + weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
            + weights["embeddings.token_type_embeddings.weight"][0],
            "embeddings.LayerNorm",
        )
        shape = (*ids.shape, HEADS, WIDTH // HEADS)
        for layer in range(LAYERS):
            at = f"encoder.layer.{layer}"
            heads = [dense(x, f"{at}.{part}").view(shape).transpose(1, 2) for part in DENSE[:3]]
            seen = functional.scaled_dot_product_attention(
                *heads, attn_mask=mask[:, None, None, :].bool()
            )
            seen = seen.transpose(1, 2).reshape(*ids.shape, WIDTH)
            x = norm(
                x + dense(seen, f"{at}.attention.output.dense"), f"{at}.attention.output.LayerNorm"
            )
            inner = functional.gelu(dense(x, f"{at}.intermediate.dense"))
            x = norm(x + dense(inner, f"{at}.output.dense"), f"{at}.output.LayerNorm")
        return functional.normalize((x.float() * mask[..., None]).sum(1), dim=-1)

    optimizer = torch.optim.AdamW([item for pair in thin.values() for item in pair], lr=RATE,
                                  weight_decay=0.01)  # fmt: skip
    target, total = torch.arange(PAIRS), 0.0
    for step in range(1, steps + 1):
        falling = 0.5 * (1 + math.cos(math.pi * step / SCHEDULE))
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1, step / WARM_UP) * max(0.02, falling)
        batch = pairs.batch(PAIRS)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            every = vectors([item[1] for item in batch] + [item[2] for item in batch]).float()
        near = SHARPNESS * every[:PAIRS] @ every[PAIRS:].T
        # A code and one below it are no opposites.
        names = [item[0] for item in batch]
        same = [[one.startswith(two) or two.startswith(one) for two in names] for one in names]
        near = near.masked_fill(torch.tensor(same) & ~torch.eye(PAIRS, dtype=torch.bool), -1e4)
        loss = (
            functional.cross_entropy(near, target) + functional.cross_entropy(near.T, target)
        ) / 2
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
        if step % 10 == 0:
            print(f"{step} steps, loss {total / 10:.3f}", flush=True)
            total = 0.0
    return {
        name: (first.detach().numpy(), 2 * second.detach().numpy())
        for name, (first, second) in thin.items()
    }


def keep(adapted: dict, file: Path) -> None:
    """Store the matrices as 8-bit numbers: each thin row or column with its own scale."""
    import numpy as np

    stored = {}
    for name, matrices in adapted.items():
        for part, axis, matrix in zip("AB", (1, 0), matrices, strict=True):
            scale = np.maximum(np.abs(matrix).max(axis=axis, keepdims=True), 1e-12) / 127
            stored[f"{name}.{part}"] = np.round(matrix / scale).astype(np.int8)
            stored[f"{name}.{part}.scale"] = scale.astype(np.float32)
    np.savez_compressed(file, **stored)


if __name__ == "__main__":
    sys.exit(main())
