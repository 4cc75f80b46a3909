"""Write one index from texts: Tantivy's files, and arrays that every process maps.

Each phrase is a document of Tantivy with the stems of its words and its number. What is known of
a phrase by its number, and of a code by its own, lies beside it in arrays (`part.py` reads them).
"""

import json
import re
from array import array
from collections import Counter
from pathlib import Path

import numpy as np
import tantivy

from codes.models import CodeSystem
from codes.queries.divisions import DIVISIONS
from search.folding import aspects_in, family_of
from search.index.texts import Texts
from search.meaning import meaning_key, meaning_text
from search.results import WhyKind
from search.words import stems, words

SYSTEMS = tuple(CodeSystem)
KINDS = tuple(WhyKind)
CHAPTERS = tuple(
    (system, division) for system in CodeSystem for division in DIVISIONS[CodeSystem(system)]
)
NO_CHAPTER = 255
LATER = "BCDEFGHJKMNPQRS"  # 7th characters but that of the first encounter, closed if a fracture
WRITER_MEMORY = 64_000_000  # bytes
_HYPHENED = re.compile(r"(?<![\w-])([a-z]+)-([a-z]{3,})(?![\w-])")
SHORTEST_JOINED = 4  # letters of two words that are often written as one: x-ray, pre-eclampsia


def schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("words", tokenizer_name="whitespace", index_option="freq")
    builder.add_integer_field("number", fast=True)
    return builder.build()


def analyzers() -> dict[str, tantivy.TextAnalyzer]:
    """What the schema's names of tokenizers mean: the words are stems already."""
    split = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    return {"whitespace": split}


def write(texts: Texts, folder: Path, *, stamp: dict) -> None:
    """Write the index of the texts into an empty folder, `stamp.json` last of all."""
    # In the order of the books: a category's codes are neighbours.
    codes = sorted(texts.codes.values(), key=lambda code: (SYSTEMS.index(code.system), code.value))
    code_number = {(code.system, code.value): number for number, code in enumerate(codes)}
    phrases = texts.phrases

    stem_number: dict[str, int] = {}
    word_stem: dict[str, int] = {}
    word_count: Counter = Counter()
    token_ids, token_flags, starts = array("i"), array("B"), array("I", [0])
    joined: dict[str, str] = {}

    (folder / "tantivy").mkdir()
    index = tantivy.Index(schema(), path=str(folder / "tantivy"))
    for name, analyzer in analyzers().items():
        index.register_tokenizer(name, analyzer)
    writer = index.writer(WRITER_MEMORY, 1)
    for number, phrase in enumerate(phrases):
        seen: dict[str, int] = {}
        for text, flag in ((phrase.text, 0), (phrase.extra, 1)):
            if not text:
                continue
            for first, second in _HYPHENED.findall(text.lower()):
                joined.setdefault(f"{first}{second}", f"{first} {second}")
            for word, stem in zip(words(text), stems(text), strict=True):
                seen.setdefault(stem, flag)
                if word not in word_stem:
                    word_stem[word] = stem_number.setdefault(stem, len(stem_number))
                word_count[word] += 1
        token_ids.extend(stem_number[stem] for stem in seen)
        token_flags.extend(seen.values())
        starts.append(len(token_ids))
        writer.add_document(tantivy.Document(words=" ".join(seen), number=number))
    writer.commit()
    writer.wait_merging_threads()

    def keep(name: str, values, kind) -> None:
        np.save(folder / f"{name}.npy", np.asarray(values, kind))

    keep("code_id", [code.code_id for code in codes], np.int64)
    keep("code_system", [SYSTEMS.index(code.system) for code in codes], np.uint8)
    keep("code_value", [code.value.encode() for code in codes], "S7")
    keep("code_is_billable", [code.is_billable for code in codes], np.bool_)
    keep("code_first", [code.first_day for code in codes], np.int32)
    keep("code_last", [code.last_day for code in codes], np.int32)
    keep("code_chapter", _chapters(codes), np.uint8)
    keep("code_parent", _parents(codes, code_number), np.int32)
    for name, length in (("code_family", 3), ("code_branch", 4)):
        groups = {}
        found = [
            groups.setdefault((code.system, code.value[:length]), len(groups)) for code in codes
        ]
        keep(name, found, np.int32)
    keep("is_later", [_is_later(code) for code in codes], np.bool_)
    keep("code_depth", [len(code.value) for code in codes], np.uint8)
    unspecified = np.zeros(len(codes), np.bool_)
    total = np.zeros(len(codes), np.int32)
    for phrase in phrases:
        number = code_number[phrase.system, phrase.value]
        total[number] += 1
        if phrase.kind == WhyKind.OFFICIAL and "unspecified" in phrase.text.lower():
            unspecified[number] = True
    keep("unspecified", unspecified, np.bool_)
    keep("phrase_total", total, np.int32)

    _keep_listings(keep, folder, codes, phrases)

    keep(
        "phrase_code",
        [code_number[phrase.system, phrase.value] for phrase in phrases],
        np.int32,
    )
    keep("phrase_kind", [KINDS.index(phrase.kind) for phrase in phrases], np.uint8)
    keep("phrase_first", [phrase.first_day for phrase in phrases], np.int32)
    keep("phrase_last", [phrase.last_day for phrase in phrases], np.int32)
    keep(
        "phrase_meaning",
        [meaning_key(meaning_text(phrase.kind, phrase.text)) for phrase in phrases],
        np.uint64,
    )
    keep("token_start", starts, np.int32)
    keep("token_id", token_ids, np.int32)
    keep("token_flag", token_flags, np.uint8)

    encoded = [phrase.text.encode() for phrase in phrases]
    keep("text_start", [0, *np.cumsum([len(text) for text in encoded])], np.uint32)
    (folder / "texts").write_bytes(b"".join(encoded))

    ids = np.asarray(token_ids, np.int32)
    keep("stem_count", np.bincount(ids, minlength=len(stem_number)), np.int32)
    (folder / "stems").write_text("\n".join(stem_number), encoding="utf-8")
    ordered = sorted(word_stem)
    (folder / "words").write_text("\n".join(ordered), encoding="utf-8")
    keep("word_stem", [word_stem[word] for word in ordered], np.int32)
    keep("word_count", [word_count[word] for word in ordered], np.int32)
    lines = [f"{word} {halves}" for word, halves in joined.items() if len(word) >= SHORTEST_JOINED]
    (folder / "joined").write_text("\n".join(lines), encoding="utf-8")
    stamp = {**stamp, "codes": len(codes), "phrases": len(phrases)}
    (folder / "stamp.json").write_text(json.dumps(stamp))


def _keep_listings(keep, folder: Path, codes, phrases) -> None:
    """What releases say of each code: those of which they say the same but for the text share a
    number. `title_phrase` holds a phrase for each release of a code, from its `title_start` on.
    """
    phrase_of = {
        (phrase.system, phrase.value, phrase.text): number for number, phrase in enumerate(phrases)
    }
    listings: dict[tuple, int] = {}
    variants: dict[str, int] = {}
    aspects: dict[tuple, int] = {}
    of_code, titles, starts, plain, variant_of, aspects_of = [], [], [0], [], [], []
    for code in codes:
        of_code.append(
            listings.setdefault(tuple(item[:-1] for item in code.listings), len(listings))
        )
        titles += [
            phrase_of.get((code.system, code.value, item.text), -1) for item in code.listings
        ]
        starts.append(len(titles))
        plain.append(phrase_of.get((code.system, code.value, code.plain_title), -1))
        text = code.listings[-1].text if code.listings else code.plain_title
        name = family_of(code.system, code.value, text)
        variant_of.append(variants.setdefault(name, len(variants)))
        aspects_of.append(aspects.setdefault(aspects_in(code.system, text), len(aspects)))
    keep("code_listing", of_code, np.int32)
    keep("title_phrase", titles, np.int32)
    keep("title_start", starts, np.int32)
    keep("plain_phrase", plain, np.int32)
    keep("code_variant", variant_of, np.int32)
    keep("code_aspects", aspects_of, np.int32)
    (folder / "listings.json").write_text(json.dumps(list(listings)))


def _is_later(code) -> bool:
    """Whether the 7th character of a diagnosis tells of an encounter after the first."""
    is_whole = code.system == CodeSystem.ICD_10_CM and len(code.value) == 7
    return is_whole and code.value[6] in LATER


def _chapters(codes) -> list[int]:
    """The place of each code's chapter in CHAPTERS."""
    found = {}
    places = []
    for code in codes:
        key = (code.system, code.value[:3] if code.system != CodeSystem.CPT else code.value)
        if key not in found:
            found[key] = next(
                (
                    number
                    for number, (system, division) in enumerate(CHAPTERS)
                    if system == code.system and division.holds(code.value)
                ),
                NO_CHAPTER,
            )
        places.append(found[key])
    return places


def _parents(codes, code_number: dict) -> list[int]:
    """The number of the next code above each, -1 at the top."""
    parents = []
    for code in codes:
        above = -1
        if code.system in (CodeSystem.ICD_10_CM, CodeSystem.ICD_10_PCS):
            lengths = range(len(code.value) - 1, 2, -1)
            places = (code_number.get((code.system, code.value[:length])) for length in lengths)
            above = next((place for place in places if place is not None), -1)
        parents.append(above)
    return parents
