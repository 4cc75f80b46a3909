"""From official files to published releases: identify, read, load, check, publish.

Each release is one database transaction, the row of the release included. So readers see the old
state until the new one is whole, a process that is killed leaves nothing behind that would need
cleaning up, and two imports of one source cannot mix. It costs no more: the rows go by COPY, and
the longest file takes seconds. How far an import is must then be told from outside the
transaction; `Progress` is for that.
"""

import hashlib
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType

import psycopg
from django.db import DataError, IntegrityError, transaction

from codes.importers import publishing
from codes.importers.checks import check
from codes.importers.found_files import FoundFiles, UnreadableFile
from codes.importers.importer_list import IMPORTERS, importer_of
from codes.importers.loading import Loaded, Loader, renew_statistics
from codes.importers.official_file import OfficialFile
from codes.importers.outcomes import Options, Outcome, Progress, Report, State
from codes.importers.release_names import ReleaseName, named_by_operator
from codes.importers.rows import FileProblem, OperatorNeeded
from codes.models import LicenseAcceptance, Release, Source

_LICENSES = {
    "ama-cpt": "CPT® files need the American Medical Association's license. If the operator of "
    "this site holds one that covers their use here, say so once with --accept-ama-license (in "
    "the admin: the box on the upload page)"
}


@dataclass
class Candidate:
    """A file, or a set of files, that makes one release."""

    importer: ModuleType
    files: list[OfficialFile]
    release: ReleaseName | None = None
    problem: str = ""
    is_from_folder: bool = False

    @property
    def title(self) -> str:
        more = len(self.files) - 1
        return f"{self.files[0].title} and {more} more" if more else self.files[0].title

    @property
    def source(self) -> Source:
        return self.importer.SOURCE

    @property
    def sha256(self) -> str:
        """The hash of the file; of a set, that of its files' hashes in order."""
        hashes = sorted({file.sha256 for file in self.files})
        return (
            hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()
        )

    def outcome(self, state: State, **facts) -> Outcome:
        facts.setdefault("release", self.release.name if self.release else "")
        facts["is_from_folder"] = self.is_from_folder
        return Outcome(self.title, state, self.source.label, **facts)


def import_paths(
    paths: Iterable[Path], options: Options | None = None, progress: Progress | None = None
) -> Report:
    """Import every official file under the paths; what none recognizes is listed and left alone.

    Raises nothing for a bad file: it is an outcome, and the report's problem names the first.
    """
    options, progress = options or Options(), progress or Progress()
    paths = list(paths)
    outcomes: list[Outcome] = []
    with FoundFiles(paths) as found:
        candidates, useful_paths = _look_at(found, outcomes, progress)
        candidates = _as_sets(candidates)
        _name_releases(candidates, options)
        candidates = _in_order(candidates)
        done: dict[tuple, Candidate] = {}
        for position, candidate in enumerate(candidates, start=1):
            progress.begun(candidate.title, position, len(candidates))
            outcome = _twin_outcome(candidate, done) or _imported(candidate, options, progress)
            outcomes.append(outcome)
            progress.ended(outcome)
            if candidate.release and outcome.state != State.REFUSED:
                done.setdefault((candidate.source, candidate.release.valid_from), candidate)
    return Report(_for_people(outcomes), _problem(paths, useful_paths, outcomes))


def _look_at(
    found: FoundFiles, outcomes: list[Outcome], progress: Progress
) -> tuple[list[Candidate], set[Path]]:
    """The recognized files, and under which of the given paths there were any."""
    candidates, useful = [], set()
    for path, file in found:
        progress.looking(file.title)
        if isinstance(file, UnreadableFile):
            outcomes.append(_unread(file.title, file.problem))
            useful.add(path)
            continue
        try:
            importer = importer_of(file)
        except FileProblem as problem:
            outcomes.append(_unread(file.title, str(problem)))
            useful.add(path)
            continue
        if importer is None:
            outcomes.append(Outcome(file.title, State.NOT_RECOGNIZED))
        else:
            candidates.append(Candidate(importer, [file], is_from_folder=path.is_dir()))
            useful.add(path)
    return candidates, useful


def _unread(title: str, problem: str) -> Outcome:
    return Outcome(title, State.REFUSED, note=problem)


def _as_sets(candidates: list[Candidate]) -> list[Candidate]:
    """Files that make one release together become one candidate, edition by edition.

    A file that does not tell its edition goes with the others, where they are of one.
    """
    single, sets = [], {}
    for candidate in candidates:
        if not getattr(candidate.importer, "IS_SET", False):
            single.append(candidate)
            continue
        try:
            told = candidate.importer.release_of(candidate.files[0])
        except FileProblem as problem:
            candidate.problem, told = str(problem), None
        key = (candidate.importer, told)
        if key in sets:
            sets[key].files += candidate.files
            sets[key].problem = sets[key].problem or candidate.problem
        else:
            candidate.release = told
            sets[key] = candidate
    for (importer, told), nameless in list(sets.items()):
        named = [item for (other, name), item in sets.items() if other is importer and name]
        if told is None and len(named) == 1 and not nameless.problem:
            named[0].files += nameless.files
            del sets[importer, told]
    return [*single, *sets.values()]


def _name_releases(candidates: list[Candidate], options: Options) -> None:
    is_named = bool(options.release or options.valid_from)
    for candidate in candidates:
        importer = candidate.importer
        try:
            told = candidate.release or importer.release_of(candidate.files[0])
            candidate.problem = ""
        except FileProblem as problem:
            candidate.problem, told = str(problem), None
        candidate.release = told
        if is_named:
            candidate.problem = ""
            if len(candidates) > 1:
                candidate.problem = (
                    f"--release and --valid-from name one release, but {len(candidates)} files "
                    "that could be meant are given; import them one by one."
                )
                continue
            try:
                candidate.release = named_by_operator(
                    options.release, options.valid_from, told, importer.release_on
                )
            except FileProblem as problem:
                candidate.problem = str(problem)


def _in_order(candidates: list[Candidate]) -> list[Candidate]:
    """Source by source, the oldest release first. Of one release in two formats, the one that
    is loaded already goes first, else the one first in the list of importers.
    """
    published = set(
        Release.objects.filter(state=Release.State.PUBLISHED).values_list("sha256", flat=True)
    )
    sources = list(Source)

    def key(candidate: Candidate) -> tuple:
        day = candidate.release.valid_from.toordinal() if candidate.release else 0
        if _carries_history(candidate):
            day = -day  # the newest first: it makes the others needless
        try:
            is_loaded = candidate.sha256 in published
        except FileProblem:
            is_loaded = False
        return (
            sources.index(candidate.source),
            day,
            not is_loaded,
            IMPORTERS.index(candidate.importer),
        )

    return sorted(candidates, key=key)


def _twin_outcome(candidate: Candidate, done: dict[tuple, Candidate]) -> Outcome | None:
    """The outcome of a file that carries, in another format, a release this run has met."""
    if candidate.release is None or candidate.problem:
        return None
    other = done.get((candidate.source, candidate.release.valid_from))
    if other is None or other.importer is candidate.importer:
        return None
    return candidate.outcome(
        State.SAME_RELEASE, note=f"The release of {other.title} in another format."
    )


def _imported(candidate: Candidate, options: Options, progress: Progress) -> Outcome:
    started = time.monotonic()
    models = set(getattr(candidate.importer, "TABLES", {}).values())
    try:
        with transaction.atomic():
            outcome = _import(candidate, options, progress)
        if outcome.state == State.PUBLISHED:
            renew_statistics(candidate.importer)
        if _carries_history(candidate):
            publishing.remove_replaced(candidate.source, models)
    except FileProblem as problem:
        outcome = candidate.outcome(
            State.REFUSED,
            note=str(problem),
            is_operator_needed=isinstance(problem, OperatorNeeded),
        )
    except (DataError, psycopg.DataError) as error:
        reason = str(error).splitlines()[0]
        outcome = candidate.outcome(
            State.REFUSED,
            note=f"{candidate.title} holds a value that the database does not take ({reason}).",
        )
    except (IntegrityError, psycopg.IntegrityError) as error:
        outcome = candidate.outcome(State.REFUSED, note=_not_unique(candidate.title, error))
    outcome.seconds = time.monotonic() - started
    return outcome


def _not_unique(title: str, error: Exception) -> str:
    """What the database says of two rows that may not both be, as a sentence."""
    cause = error if isinstance(error, psycopg.Error) else error.__cause__
    detail = getattr(getattr(cause, "diag", None), "message_detail", None) or str(error)
    return f"{title} holds a row that another one rules out ({detail.splitlines()[0].rstrip('.')})."


def _import(candidate: Candidate, options: Options, progress: Progress) -> Outcome:
    source = candidate.source
    publishing.wait_for_turn(source, lambda: progress.waiting(source.label))
    known = _known(candidate) or _outdated(candidate)
    if known:
        return known
    if candidate.problem:
        raise FileProblem(candidate.problem)
    if candidate.release is None:
        raise OperatorNeeded(
            f"{candidate.title} is a file of {source.label} ({candidate.importer.FORMAT}), but "
            "neither it nor its name tells which release; add --release or --valid-from."
        )
    _check_license(candidate)
    if hasattr(candidate.importer, "check_whole") and not options.all_parts:
        candidate.importer.check_whole(candidate.files, candidate.release)
    current = _published_instead(candidate, options)
    release = Release.objects.create(
        source=source,
        name=candidate.release.name,
        valid_from=candidate.release.valid_from,
        file_name=candidate.title[-255:],
        sha256=candidate.sha256,
    )
    for position, file in enumerate(candidate.files):
        file.on_read = partial(_read_of_set, progress, position, len(candidate.files))
    loaded = Loader(release, candidate.importer).load(candidate.importer.read(*candidate.files))
    check(release, loaded, title=candidate.title, allow_fall=options.allow_fall)
    release.row_count = loaded.row_count
    release.rejected_count = len(loaded.rejected)
    if current:
        publishing.withdraw(current)
    if _carries_history(candidate):
        publishing.replace_all(release)
    else:
        # What an earlier import of this very file left withdrawn is of no use any more.
        Release.objects.filter(source=source, sha256=release.sha256).exclude(id=release.id).delete()
    publishing.publish(release)
    if current:
        current.replaced_by = release
        current.save(update_fields=["replaced_by"])
    return candidate.outcome(
        State.PUBLISHED,
        code_count=loaded.code_count + loaded.fact_count,
        modifier_count=loaded.modifier_count,
        rejected_count=len(loaded.rejected),
        rejected=loaded.rejected,
        note=_note(loaded, current),
    )


def _read_of_set(progress: Progress, position: int, count: int, fraction: float) -> None:
    progress.read((position + fraction) / count)


def _known(candidate: Candidate) -> Outcome | None:
    """The outcome of a file that was imported before: nothing to do, unless it was withdrawn."""
    same = Release.objects.filter(source=candidate.source, sha256=candidate.sha256)
    release = same.filter(state=Release.State.PUBLISHED).first()
    if release:
        modifiers = release.hcpcs_modifiers.count()
        return candidate.outcome(
            State.ALREADY_LOADED,
            release=release.name,
            code_count=release.row_count - modifiers,
            modifier_count=modifiers,
            rejected_count=release.rejected_count,
        )
    replaced = same.filter(replaced_by__state=Release.State.PUBLISHED).first()
    if replaced:
        return candidate.outcome(
            State.REPLACED,
            release=replaced.name,
            note=f"{replaced.replaced_by.file_name} was imported in its place.",
        )
    return None


def _carries_history(candidate: Candidate) -> bool:
    return getattr(candidate.importer, "CARRIES_HISTORY", False)


def _outdated(candidate: Candidate) -> Outcome | None:
    """The outcome of a release whose facts a newer one, which is published, tells as well."""
    if not _carries_history(candidate) or candidate.release is None or candidate.problem:
        return None
    newer = Release.objects.filter(
        source=candidate.source,
        valid_from__gt=candidate.release.valid_from,
        state=Release.State.PUBLISHED,
        is_demonstration=False,
    ).first()
    if newer is None:
        return None
    return candidate.outcome(
        State.REPLACED,
        note=f"{newer.name} is published, and carries the history of earlier releases.",
    )


def _check_license(candidate: Candidate) -> None:
    needed = getattr(candidate.importer, "LICENSE", "")
    if needed and not LicenseAcceptance.objects.filter(license=needed).exists():
        raise FileProblem(f"{_LICENSES[needed]}. {candidate.title} was not imported.")


def _published_instead(candidate: Candidate, options: Options) -> Release | None:
    """The other file that is published for the same release; it may be replaced only if asked."""
    current = Release.objects.filter(
        source=candidate.source,
        valid_from=candidate.release.valid_from,
        state=Release.State.PUBLISHED,
        is_demonstration=False,
    ).first()
    if current and not options.replace:
        raise FileProblem(
            f"{candidate.title} differs from {current.file_name}, which is published as "
            f"{current.get_source_display()} {current.name}; add --replace to put it in its place."
        )
    return current


def _note(loaded: Loaded, replaced: Release | None) -> str:
    sentences = [f"Not imported: {count:,} {what}." for what, count in loaded.left_out.items()]
    if replaced:
        sentences.append(f"In place of {replaced.file_name}.")
    return " ".join(sentences)


def _for_people(outcomes: list[Outcome]) -> list[Outcome]:
    """Imported files first, then what was refused, then what nobody recognized."""
    last = {State.REFUSED: 1, State.NOT_RECOGNIZED: 2}
    return sorted(outcomes, key=lambda outcome: last.get(outcome.state, 0))


def _problem(paths: list[Path], useful_paths: set[Path], outcomes: list[Outcome]) -> str:
    """The sentence to fail with. A refused file fails the import, but for one met in a folder of
    useful files that only lacks the operator's word or further parts: the report tells of it.
    """
    refused = [item for item in outcomes if item.state == State.REFUSED]
    is_any_use = any(
        item.state in (State.PUBLISHED, State.ALREADY_LOADED, State.REPLACED) for item in outcomes
    )
    fatal = [
        item
        for item in refused
        if not (item.is_operator_needed and item.is_from_folder and is_any_use)
    ]
    if fatal:
        more = f" {len(fatal) - 1} more were refused." if len(fatal) > 1 else ""
        return f"{fatal[0].note}{more}"
    known = "; ".join(dict.fromkeys(Source(item.SOURCE).label for item in IMPORTERS))
    files = [path for path in paths if path not in useful_paths and path.is_file()]
    if files:
        return f"{files[0]} is not recognized; expected a file of one of these: {known}."
    if not useful_paths:
        return f"Nothing was imported: no file is recognized as one of these: {known}."
    return ""
