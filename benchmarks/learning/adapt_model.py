"""Adapt the model of meanings to the field: learn `search/adapter.npz`.

    python benchmarks/learning/adapt_model.py --weights FOLDER --database URL [--help]

FOLDER holds model.safetensors and tokenizer.json of all-MiniLM-L6-v2, as `make model` unpacks
them. It needs torch (tried with 2.13), which neither the site nor `make model` does.

Each dense layer gets two thin matrices whose product is added to its weights (LoRA, rank 8); the
weights themselves stay. Pairs that mean the same code are brought together, all others of a batch
apart: entries of the alphabetic index with titles, inclusion terms and other entries of their code;
terms of the search with what they mean; the two wordings of HCPCS. Of the index only entries are
used for which `search_quality.learned_from` holds: what is measured there was never seen here.

A second turn goes on from the first and sets each entry against a text beside it as well: one of
those that the first turn finds near and that means another code. By itself it is worse, for some
of those texts are right in all but name; the mean of both turns is better than either (entries
kept for development, by meaning alone: hit@10 .832 after the first turn, .822 after the second,
.841 in the mean).

The first turn of the adapter that lies there was learned by an earlier form of this script, over
the terms of that day. Another adapter needs `make model` after it, and perhaps other weights of
the features (`search_quality.py --fit`): those that lie there were learned before the second turn,
and learning them anew made nothing better.
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
WARM_UP = 50  # steps; then the rate falls as half a cosine
FIRST_RATE, SECOND_RATE = 8e-4, 4e-4
# Of the texts nearest to an entry those after the first few are taken: those may be right.
NEAREST, SPARED = 60, 2
SHARPNESS = 20  # of the softmax over a batch
LONGEST = 24  # tokens


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--weights", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--database", required=True, metavar="URL", help="one that has the files")
    parser.add_argument("--steps", type=int, nargs=2, default=(700, 1500), help="of both turns")
    parser.add_argument("--to", type=Path, default=ADAPTER)
    options = parser.parse_args()
    os.environ["DATABASE_URL"] = options.database
    start_django()
    random.seed(1)
    keep(learn(options.weights, Pairs(), *options.steps), options.to)
    return 0


class Pairs:
    """Texts that mean the same, with what tells which others do, too: a code, or a term.

    `codes_of` has every text of a diagnosis with its codes; `beside` the texts that a question is
    set against, once they are known.
    """

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
        self.codes_of: dict[str, set[str]] = defaultdict(set)
        for texts_of in (self.titles, self.entries_of):
            for code, own in texts_of.items():
                for text in own:
                    self.codes_of[text].add(code)
        self.beside: dict[tuple[str, str, str], list[str]] = {}
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

    def batch(self, count: int) -> list[tuple[str, str, str, str | None]]:
        """(what it means, a question, a text, a text beside it), with neighbours in a category
        side by side where no text beside is known.
        """
        found = []
        while len(found) < count:
            chance = random.random()
            if chance < 0.72:
                entry = random.choice(self.entries)
                neighbour = random.choice(self.category[entry[0][:3]])
                for one in (entry,) if self.beside else (entry, neighbour):
                    code, phrase, question = one
                    text = self._text_of(code, phrase)
                    if text and text != question:
                        beside = random.choice(self.beside.get(one) or [None])
                        found.append((code, varied(question), text, beside))
            elif chance < 0.82:
                code, own = random.choice(self.several)
                first, second = random.sample(own, 2)
                found.append((code, asked(first), second, None))
            elif chance < 0.93:
                term, said = random.choice(self.terms)
                found.append((f"term:{said}", asked(term), said.lower(), None))
            else:
                code, own = random.choice(self.services)
                first, second = random.sample(own, 2)
                found.append((f"hcpcs:{code}", asked(first), second, None))
        return found[:count]

    def look_beside(self, vectors) -> None:
        """Fill `beside`: what is near to each entry's question and means another code.

        `vectors` embeds a list of texts.
        """
        every = list(self.codes_of)
        rows = vectors(every)
        for start in range(0, len(self.entries), 500):
            entries = self.entries[start : start + 500]
            near = vectors([question for _, _, question in entries]) @ rows.T
            for entry, places in zip(entries, near.topk(NEAREST).indices.tolist(), strict=True):
                others = [every[at] for at in places if not self.means(every[at], entry[0])]
                self.beside[entry] = others[SPARED:]

    def means(self, text: str, code: str) -> bool:
        """Whether a text is one of the code, of one above it or of one below."""
        return any(are_in_line(code, own) for own in self.codes_of[text])

    def _text_of(self, code: str, phrase: str) -> str | None:
        own = sorted(self.titles.get(code, ()))
        if self.below.get(code) and random.random() < 0.3:
            own = sorted(self.titles[random.choice(self.below[code])])
        others = sorted(self.entries_of[code] - {phrase})
        if others and (not own or random.random() < 0.35):
            return random.choice(others)
        return random.choice(own) if own else None


def are_in_line(one: str, other: str) -> bool:
    """Whether two codes are the same, or one stands above the other: they are no opposites."""
    return one.startswith(other) or other.startswith(one)


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


def learn(folder: Path, pairs: Pairs, first_steps: int, second_steps: int) -> dict:
    """The two matrices of each dense layer, by its name: the mean of both turns."""
    import torch

    torch.manual_seed(1)
    net = Net(folder)
    turn(net, pairs, first_steps, FIRST_RATE)
    first = net.matrices()
    pairs.look_beside(net.embedded)
    turn(net, pairs, second_steps, SECOND_RATE)
    return {
        name: tuple((one + two) / 2 for one, two in zip(first[name], own, strict=True))
        for name, own in net.matrices().items()
    }


class Net:
    """The model with thin matrices beside its weights: only these learn."""

    def __init__(self, folder: Path):
        import torch
        from tokenizers import Tokenizer

        from search.prepare_model import _safetensors

        stored = _safetensors((folder / "model.safetensors").read_bytes())
        self.weights = {name: torch.from_numpy(array.copy()) for name, array in stored.items()}
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(LONGEST)
        self.thin = {}
        for layer in range(LAYERS):
            for part in DENSE:
                name = f"encoder.layer.{layer}.{part}"
                rows, columns = self.weights[f"{name}.weight"].shape
                first = torch.randn(RANK, columns) / math.sqrt(columns)
                self.thin[name] = (
                    first.requires_grad_(),
                    torch.zeros(rows, RANK, requires_grad=True),
                )

    def matrices(self) -> dict:
        """The thin matrices as they are now, as arrays; the product of two is added as it is."""
        return {
            name: (first.detach().numpy().copy(), 2 * second.detach().numpy())
            for name, (first, second) in self.thin.items()
        }

    def embedded(self, texts: list[str]):
        """The vectors of many texts, without learning."""
        import torch

        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        found = torch.zeros(len(texts), WIDTH)
        with torch.no_grad():
            for start in range(0, len(order), 256):
                places = order[start : start + 256]
                found[places] = self.vectors([texts[place] for place in places])
        return found

    def vectors(self, texts: list[str]):
        """The vectors of texts, each of length 1."""
        import torch

        with torch.autocast("cpu", dtype=torch.bfloat16):
            return self._pooled(texts).float()

    def _pooled(self, texts):
        import torch
        from torch.nn import functional

        encoded = [item.ids for item in self.tokenizer.encode_batch(texts)]
        ids = torch.zeros(len(encoded), max(map(len, encoded)), dtype=torch.long)
        mask = torch.zeros(ids.shape)
        for row, own in enumerate(encoded):
            ids[row, : len(own)] = torch.tensor(own)
            mask[row, : len(own)] = 1
        x = self._norm(
            self.weights["embeddings.word_embeddings.weight"][ids]
            + self.weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
            + self.weights["embeddings.token_type_embeddings.weight"][0],
            "embeddings.LayerNorm",
        )
        shape = (*ids.shape, HEADS, WIDTH // HEADS)
        for layer in range(LAYERS):
            at = f"encoder.layer.{layer}"
            heads = [
                self._dense(x, f"{at}.{part}").view(shape).transpose(1, 2) for part in DENSE[:3]
            ]
            seen = functional.scaled_dot_product_attention(
                *heads, attn_mask=mask[:, None, None, :].bool()
            )
            seen = seen.transpose(1, 2).reshape(*ids.shape, WIDTH)
            x = self._norm(
                x + self._dense(seen, f"{at}.attention.output.dense"),
                f"{at}.attention.output.LayerNorm",
            )
            inner = functional.gelu(self._dense(x, f"{at}.intermediate.dense"))
            x = self._norm(x + self._dense(inner, f"{at}.output.dense"), f"{at}.output.LayerNorm")
        return functional.normalize((x.float() * mask[..., None]).sum(1), dim=-1)

    def _dense(self, x, name):
        from torch.nn import functional

        first, second = self.thin[name]
        plain = functional.linear(x, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"])
        return plain + 2 * functional.linear(functional.linear(x, first), second)

    def _norm(self, x, name):
        from torch.nn import functional

        ends = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        return functional.layer_norm(x, (WIDTH,), *ends, 1e-12)


def turn(net: Net, pairs: Pairs, steps: int, rate: float) -> None:
    """Let the thin matrices learn for so many steps."""
    import torch
    from torch.nn import functional

    optimizer = torch.optim.AdamW(
        [item for pair in net.thin.values() for item in pair], lr=rate, weight_decay=0.01
    )
    target, total = torch.arange(PAIRS), 0.0
    for step in range(1, steps + 1):
        falling = 0.5 * (1 + math.cos(math.pi * step / (steps * 1.1)))
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1, step / WARM_UP) * max(0.02, falling)
        batch = pairs.batch(PAIRS)
        names = [item[0] for item in batch]
        beside = sorted({item[3] for item in batch} - {None})
        every = net.vectors([item[1] for item in batch] + [item[2] for item in batch] + beside)
        near = SHARPNESS * every[:PAIRS] @ every[PAIRS:].T
        same = [[are_in_line(one, two) for two in names] for one in names]
        right = torch.tensor([[pairs.means(text, name) for text in beside] for name in names])
        own = torch.tensor(same) & ~torch.eye(PAIRS, dtype=torch.bool)
        near = near.masked_fill(torch.cat([own, right.bool().view(PAIRS, -1)], dim=1), -1e4)
        loss = (
            functional.cross_entropy(near, target)
            + functional.cross_entropy(near[:, :PAIRS].T, target)
        ) / 2
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
        if step % 10 == 0:
            print(f"{step} of {steps} steps, loss {total / 10:.3f}", flush=True)
            total = 0.0


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
