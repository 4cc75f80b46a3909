"""Where a sheet waits between its check and its import, so that any process may go on with it."""

import re
from datetime import timedelta
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from import_export.tmp_storages import BaseStorage

FOLDER = "checked-sheets"
KEPT_FOR = timedelta(days=1)


class CheckedSheetStorage(BaseStorage):
    """The storage that django-import-export hands a sheet to; names are random and our own."""

    def save(self, data: bytes) -> None:
        self._remove_forgotten()
        self.name = uuid4().hex
        default_storage.save(self._path, ContentFile(data))

    def read(self) -> bytes:
        """The sheet. Raises FileNotFoundError where there is none, or none any more."""
        with default_storage.open(self._path, "rb") as file:
            return file.read()

    def remove(self) -> None:
        default_storage.delete(self._path)

    @property
    def _path(self) -> str:
        if not re.fullmatch(r"[0-9a-f]{32}", self.name or ""):
            raise FileNotFoundError("This is not the name of a checked sheet.")
        return f"{FOLDER}/{self.name}"

    def _remove_forgotten(self) -> None:
        """Remove the sheets that were checked and never imported."""
        if not default_storage.exists(FOLDER):
            return
        for name in default_storage.listdir(FOLDER)[1]:
            path = f"{FOLDER}/{name}"
            if timezone.now() - default_storage.get_created_time(path) > KEPT_FOR:
                default_storage.delete(path)
