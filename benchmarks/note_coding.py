"""How well notes are coded: precision and recall on notes that were labeled by hand.

    python benchmarks/note_coding.py [--help]

The labels are `note_labels.csv`, the rules that they and the count keep to `note_labels.md`. The
notes are those of ACI-Bench, read from the publishers' files. Rules were tuned only on the notes
whose id has an odd MD5; `held` are the others. ICD-10-CM and HCPCS Level II are told apart.

The peer is the same text without any rules: every phrase of the index that a sentence names, with
the best code for it, whatever the sentence says of it. The time of a note is told as a ratio to
the time the peer takes.
"""

import argparse
import csv
import hashlib
import io
import os
import sys
import time
import zipfile
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.claim_check import (  # noqa: E402 the repository is on the path only now
    append_row,
    publishers_files,
    site_with_files,
)
from benchmarks.code_page import postgresql_version, table  # noqa: E402

FILES = ("hcpcs/*.xlsx", "icd10cm/*.zip", "icd10pcs/*.zip")
DAY = date(2026, 7, 15)
SYSTEMS = ("icd-10-cm", "hcpcs")
RULES, PEER = "Case2Code", "phrases without rules"
NOTE_LENGTH = 5_000


@dataclass(frozen=True)
class Label:
    codes: tuple[str, ...]
    is_definite: bool
    system: str

    def is_met_by(self, code: str) -> bool:
        for own in self.codes:
            system, _, printed = own.partition(":")
            wanted = printed.replace(".", "")
            is_under = system == "icd-10-cm" and code.removeprefix(f"{system}:").startswith(wanted)
            if code == f"{system}:{wanted}" or (code.startswith(f"{system}:") and is_under):
                return True
        return False


@dataclass
class Count:
    """Proposals, those among them that meet a label, definite labels, and those met."""

    proposed: int = 0
    right: int = 0
    definite: int = 0
    met: int = 0
    wrong: list[tuple[str, str]] = field(default_factory=list)
    unmet: list[tuple[str, str]] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / self.proposed if self.proposed else 0.0

    @property
    def recall(self) -> float:
        return self.met / self.definite if self.definite else 0.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--database", metavar="URL", help="one that has the files")
    parser.add_argument("--tune", action="store_true", help="the notes to tune on, each error")
    options = parser.parse_args()
    os.environ["SEARCH_MODEL_DIR"] = ""
    if not publishers_files(("search/aci-bench-notes.zip",)):
        print("The notes of ACI-Bench are not there; set CASEPILOT_REAL_DATA.")
        return 1
    with site_with_files(options.database, FILES):
        from search.index import kept

        kept.make()
        notes, labels = labeled_notes()
        if options.tune:
            show_errors(notes, labels)
            return 0
        figures = {
            (coder, half): counts(CODERS[coder], notes, labels, half)
            for coder in CODERS
            for half in ("held", "tuned on")
        }
        ratio = speed(notes)
        server_version = postgresql_version()
    print(describe(figures, ratio))
    append_to_results(figures, ratio, server_version)
    return 0


def labeled_notes() -> tuple[dict[str, str], dict[str, list[Label]]]:
    """The labeled notes by their ids, and the labels of each."""
    labels: dict[str, list[Label]] = defaultdict(list)
    with (ROOT / "benchmarks" / "note_labels.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            codes = tuple(row["code"].split())
            system = codes[0].partition(":")[0]
            labels[row["note"]].append(Label(codes, row["kind"] == "definite", system))
    (archive,) = publishers_files(("search/aci-bench-notes.zip",))
    notes = {}
    with zipfile.ZipFile(archive) as opened:
        for name in opened.namelist():
            with io.TextIOWrapper(opened.open(name), "utf-8", newline="") as lines:
                for row in csv.DictReader(lines):
                    if row["encounter_id"] in labels:
                        notes[row["encounter_id"]] = row["note"]
    return notes, labels


def half_of(note: str) -> str:
    is_odd = int(hashlib.md5(note.encode()).hexdigest(), 16) % 2  # noqa: S324
    return "tuned on" if is_odd else "held"


def by_rules(text: str) -> list[str]:
    from search.identifiers import mask
    from search.notes.coding import coded

    found = coded(mask(text.replace("\r\n", "\n")), DAY)
    return [f"{item.system}:{item.value}" for item in found.proposals]


def by_phrases(text: str) -> list[str]:
    from codes.queries.releases import published_releases
    from search.index.current import current
    from search.notes.mentions import mentions_of
    from search.notes.sentences import sentences_of

    found = mentions_of(text, sentences_of(text), current(published_releases()), DAY.toordinal())
    return list(dict.fromkeys(f"{item.system}:{item.value}" for item in found))


CODERS = {RULES: by_rules, PEER: by_phrases}


def counts(coder, notes, labels, half: str) -> dict[str, Count]:
    found = {system: Count() for system in SYSTEMS}
    for note, text in notes.items():
        if half_of(note) != half:
            continue
        codes = coder(text)
        for system, count in found.items():
            own = [label for label in labels[note] if label.system == system]
            for code in (code for code in codes if code.startswith(f"{system}:")):
                count.proposed += 1
                if any(label.is_met_by(code) for label in own):
                    count.right += 1
                else:
                    count.wrong.append((note, code))
            for label in (label for label in own if label.is_definite):
                count.definite += 1
                if any(label.is_met_by(code) for code in codes):
                    count.met += 1
                else:
                    count.unmet.append((note, " ".join(label.codes)))
    return found


def speed(notes: dict[str, str]) -> float:
    """The time of coding every note, to the time of finding the index's phrases in them alone."""
    took = {}
    for coder in (PEER, RULES):
        begun = time.perf_counter()
        for text in notes.values():
            CODERS[coder](text)
        took[coder] = time.perf_counter() - begun
    long_note = (max(notes.values(), key=len) * 5)[:NOTE_LENGTH]
    begun = time.perf_counter()
    by_rules(long_note)
    print(f"A note of {NOTE_LENGTH} characters: {time.perf_counter() - begun:.2f} s.")
    return took[RULES] / took[PEER]


def show_errors(notes, labels) -> None:
    for system, count in counts(by_rules, notes, labels, "tuned on").items():
        print(system, f"precision {count.precision:.3f} recall {count.recall:.3f}")
        for title, errors in (("wrong", count.wrong), ("not found", count.unmet)):
            print(title, *(f"  {note} {code}" for note, code in errors), sep="\n")


def describe(figures, ratio: float) -> str:
    rows = [["", "notes", "system", "precision", "recall", "proposals", "definite labels"]]
    for (coder, half), found in figures.items():
        for system, count in found.items():
            rows.append([coder, half, system, f"{count.precision:.3f}", f"{count.recall:.3f}",
                         str(count.proposed), str(count.definite)])  # fmt: skip
    return f"{table(rows)}\nTime of a note to finding its phrases alone: {ratio:.2f}"


def append_to_results(figures, ratio: float, server_version: int) -> None:
    for (coder, half), found in figures.items():
        for system, count in found.items():
            append_row(
                server_version,
                f"note_coding: {half}, {system}, {coder}, precision and recall",
                f"{count.precision:.3f} ({count.right} of {count.proposed}) and "
                f"{count.recall:.3f} ({count.met} of {count.definite})",
                "none",
            )
    append_row(server_version, "note_coding: a note to finding its phrases alone", f"{ratio:.2f}",
               "none")  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
