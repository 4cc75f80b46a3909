"""Sentence embeddings: the vector of a text's meaning, by the model of SEARCH_MODEL_DIR.

The model is optional. Without its folder, or where it cannot be read, `model()` is None and the
search goes by words alone.
"""

import hashlib
import logging
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from django.conf import settings

logger = logging.getLogger(__name__)

ADAPTER = Path(__file__).with_name("adapter.npz")
WIDTH = 384
LONGEST = 64  # tokens that are read
BATCH = 32
# Vectors have length 1 and no number in them is near 0.25: so many steps go to 1.
STEPS = 508

_ENCOUNTER = re.compile(
    r",? (?:initial|subsequent) encounter\b.*|,? sequela$|, (?:right|left|unspecified|bilateral)"
    r" (?:eye|ear|side)$"
)
_SIDE = re.compile(r"\b(?:right|left|bilateral|unspecified)\s+(?!side)", re.IGNORECASE)
_APPROACH = re.compile(
    r",? (?:Open|Percutaneous|Percutaneous Endoscopic|Via Natural or Artificial Opening"
    r"(?: Endoscopic)?|External) Approach\b.*"
)
_TABLE = re.compile(
    r",\s*(?:Poisoning|Underdosing|Adverse|Malignant|Benign|Ca in situ|Uncertain|Unspecified).*"
)


def meaning_text(kind: str, text: str) -> str:
    """What of a phrase is embedded. Variants by side, encounter or approach share one vector."""
    if kind in ("drug", "neoplasm"):
        text = _TABLE.sub("", text) if kind == "drug" else text
    elif kind == "official":
        text = _APPROACH.sub("", _ENCOUNTER.sub("", text))
        text = _SIDE.sub("", text)
    return text.strip().lower()[:300]


def meaning_key(text: str) -> int:
    """The key under which the vector of a text is kept: 64 bits of its hash."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


class Model:
    """The model in memory; threads may share it."""

    def __init__(self, folder: Path):
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 3
        providers = ["CPUExecutionProvider"]
        file = folder / "model.onnx"
        self._session = onnxruntime.InferenceSession(str(file), options, providers=providers)
        self._nearest = onnxruntime.InferenceSession(
            str(folder / "nearest.onnx"), options, providers=providers
        )
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(LONGEST)
        self.name = hashlib.sha256(file.read_bytes()).hexdigest()[:12]

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        """The vectors of the texts, float32, each of length 1."""
        encoded = [item.ids for item in self._tokenizer.encode_batch(list(texts))]
        # Texts of like length together: a batch is as long as its longest.
        order = sorted(range(len(encoded)), key=lambda place: len(encoded[place]))
        found = np.zeros((len(encoded), WIDTH), np.float32)
        for start in range(0, len(order), BATCH):
            places = order[start : start + BATCH]
            longest = len(encoded[places[-1]])
            ids = np.zeros((len(places), longest), np.int32)
            mask = np.zeros_like(ids)
            for row, place in enumerate(places):
                ids[row, : len(encoded[place])] = encoded[place]
                mask[row, : len(encoded[place])] = 1
            found[places] = self._session.run(None, {"ids": ids, "mask": mask})[0]
        return found

    def nearness(self, rows: np.ndarray, vectors: np.ndarray) -> np.ndarray:
        """The products of stored rows (int8) with vectors (float32): rows by vectors."""
        largest = np.maximum(np.abs(vectors).max(axis=1, keepdims=True), 1e-9)
        steps = np.round(vectors / largest * 127).astype(np.int8)
        (products,) = self._nearest.run(None, {"rows": rows, "vectors": steps.T.copy()})
        return products * (largest.T / 127 / STEPS).astype(np.float32)


def stored_form(vectors: np.ndarray) -> np.ndarray:
    """Vectors as they are kept: int8, 508 steps to 1."""
    return np.clip(np.round(vectors * STEPS), -127, 127).astype(np.int8)


def _is_of_this_version(folder: Path) -> bool:
    """Whether the model was adapted with the adapter that lies here."""
    stamp = folder / "adapter.sha256"
    digest = hashlib.sha256(ADAPTER.read_bytes()).hexdigest()
    return stamp.exists() and stamp.read_text().strip() == digest


@lru_cache(maxsize=1)
def _load(folder: Path, changed: float) -> Model | None:
    try:
        found = Model(folder)
        if not _is_of_this_version(folder):
            logger.warning("The search model in %s is of another version: make model", folder)
        return found
    except Exception:
        logger.exception("The search model in %s cannot be read: words alone are used", folder)
        return None


def model() -> Model | None:
    """The model of the settings' folder, loaded once in a process; None without one."""
    folder = settings.SEARCH_MODEL_DIR
    if not folder:
        return None
    try:
        changed = (folder / "model.onnx").stat().st_mtime
    except OSError:
        return None
    return _load(folder, changed)
