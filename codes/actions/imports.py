"""Importing an uploaded file in the background, and telling how far it is."""

import logging
import os
import shutil
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from django.db import connection
from django.utils import timezone

from codes.importers.outcomes import Options, Outcome, Progress, Report, State
from codes.importers.pipeline import import_paths
from codes.models import ImportUpload

logger = logging.getLogger(__name__)

MOST_REJECTED_SHOWN = 200
_ENDED = (ImportUpload.State.DONE, ImportUpload.State.FAILED)
_BROKE_OFF = (
    "The import broke off; the site's log says why. Releases that it had published before stay."
)


class _ToldProgress(Progress):
    """Writes to the upload's row over a connection of its own, since the import's transaction
    shows nothing before it ends.
    """

    def __init__(self, upload: ImportUpload):
        self.upload = upload
        self.outside = connection.copy()
        self.last = 0.0
        self.position, self.count = 1, 1

    def looking(self, title: str) -> None:
        self._tell(f"Looking at {title}", 0, is_urgent=False)

    def begun(self, title: str, position: int, count: int) -> None:
        self.position, self.count, self.title = position, count, title
        self._tell(f"Importing {title}", (position - 1) * 100 // count)

    def read(self, fraction: float) -> None:
        percent = int((self.position - 1 + fraction) * 100 / self.count)
        self._tell(f"Importing {self.title}", min(percent, 99), is_urgent=False)

    def waiting(self, source: str) -> None:
        self._tell(f"Waiting for another import of {source} to end", 0)

    def _tell(self, text: str, percent: int, *, is_urgent: bool = True) -> None:
        if not is_urgent and time.monotonic() - self.last < 0.5:
            return
        self.last = time.monotonic()
        with self.outside.cursor() as cursor:
            cursor.execute(
                f"UPDATE {ImportUpload._meta.db_table} "  # noqa: S608 - a table's name
                "SET progress = %s, percent = %s WHERE id = %s",
                [text[:300], percent, self.upload.id],
            )


def import_upload(*, upload_id: int) -> None:
    """Import an uploaded file and keep the report with it. Repeating it does no harm.

    An unforeseen failure ends it too, so that its page does not say "running" forever.
    """
    upload = ImportUpload.objects.filter(id=upload_id).first()
    if upload is None or upload.state in _ENDED:
        return
    upload.state = ImportUpload.State.RUNNING
    upload.save(update_fields=["state"])
    progress = _ToldProgress(upload)
    try:
        report = _imported(upload, progress)
    except FileNotFoundError:
        report = Report([], f"The file of {upload.file_name} is no longer kept here.")
    except Exception:
        logger.exception("import of upload %s broke off", upload_id)
        if not connection.is_usable():
            connection.close()  # the next query opens another one
        report = Report([], _BROKE_OFF)
    finally:
        progress.outside.close()
    upload.report = [_kept(outcome) for outcome in report.outcomes]
    upload.problem = report.problem
    upload.state = ImportUpload.State.FAILED if report.problem else ImportUpload.State.DONE
    upload.progress, upload.percent = "", 100
    upload.finished_at = timezone.now()
    upload.save()
    _remove_files()
    logger.info("upload %s imported: %s", upload_id, upload.state)


def _imported(upload: ImportUpload, progress: Progress) -> Report:
    with tempfile.TemporaryDirectory(prefix="official-upload-") as folder:
        path = Path(folder) / upload.file_name  # the publisher's name may tell the release
        with upload.file.open("rb") as source, path.open("wb") as target:
            shutil.copyfileobj(source, target)
        report = import_paths([path], _options(upload), progress)
    # Uploaded files have no folder of their own that would tell anybody anything.
    return replace(report, problem=report.problem.replace(f"{folder}{os.sep}", ""))


def _remove_files() -> None:
    """Remove the files of imports that have ended: nobody reads them again."""
    for upload in ImportUpload.objects.filter(state__in=_ENDED).exclude(file="").only("file"):
        upload.file.delete(save=False)
        ImportUpload.objects.filter(pk=upload.pk).update(file="")


def _options(upload: ImportUpload) -> Options:
    return Options(
        release=upload.release,
        valid_from=upload.valid_from,
        replace=upload.replace,
        allow_fall=upload.allow_fall,
    )


def _kept(outcome: Outcome) -> dict:
    """An outcome as JSON for the report table of the admin."""
    return {
        "file": outcome.file,
        "source": outcome.source,
        "release": outcome.release,
        "rows": outcome.rows,
        "rejected_count": outcome.rejected_count,
        "seconds": round(outcome.seconds, 1),
        "state": outcome.state,
        "note": outcome.note,
        "is_refused": outcome.state == State.REFUSED,
        "rejected": [
            {"line": line, "reason": reason}
            for line, reason in outcome.rejected[:MOST_REJECTED_SHOWN]
        ],
    }
