"""What administrators do with releases: accept a license, withdraw, publish again, upload."""

import logging
from pathlib import PurePath

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from codes.importers import publishing
from codes.models import ImportUpload, LicenseAcceptance, Release

logger = logging.getLogger(__name__)

AMA_LICENSE = "ama-cpt"


class ReleaseError(ValueError):
    """An action that cannot be done; the text is a sentence."""


@transaction.atomic
def accept_license(*, license: str, accepted_by: str, user=None) -> LicenseAcceptance:
    """Record that somebody says the operator holds a publisher's license. Once is enough: where
    it is recorded already, that record is returned.
    """
    recorded = LicenseAcceptance.objects.filter(license=license).order_by("accepted_at").first()
    if recorded:
        return recorded
    recorded = LicenseAcceptance.objects.create(
        license=license, accepted_by=accepted_by[:200], user=user
    )
    logger.info("license %s accepted", license, extra={"user_id": user and user.pk})
    return recorded


@transaction.atomic
def withdraw_release(*, release: Release, by: str) -> None:
    """Hide a published release from readers. Its rows stay, so that this can be undone.

    `by` is for the log: an account on the server, or the id of a user.
    """
    release = _locked(release)
    if release.state != Release.State.PUBLISHED:
        raise ReleaseError(f"{release} is not published, so there is nothing to withdraw.")
    publishing.withdraw(release)
    logger.info("release withdrawn: %s, by %s", release, by)


@transaction.atomic
def publish_release(*, release: Release, by: str) -> None:
    """Show a withdrawn release to readers again. `by` as above."""
    release = _locked(release)
    if release.state == Release.State.PUBLISHED:
        raise ReleaseError(f"{release} is published already.")
    other = Release.objects.filter(
        source=release.source, valid_from=release.valid_from, state=Release.State.PUBLISHED
    ).first()
    if other and not other.is_demonstration:
        raise ReleaseError(
            f"{other} from {other.file_name} is published for the same day; withdraw it first."
        )
    if release.is_demonstration and publishing.is_loaded(release.source):
        raise ReleaseError(
            f"{release} is demonstration data, and a real release of its source is published."
        )
    release.replaced_by = None
    publishing.publish(release)
    logger.info("release published again: %s, by %s", release, by)


def _locked(release: Release) -> Release:
    publishing.wait_for_turn(release.source)
    return Release.objects.select_for_update().get(id=release.id)


@transaction.atomic
def upload_file(*, upload: ImportUpload, file: UploadedFile, user) -> ImportUpload:
    """Keep an uploaded file and leave its import to the background worker."""
    from codes.jobs import import_upload  # the jobs call actions, so not at the top

    upload.file_name = PurePath(file.name).name[-255:]
    upload.uploaded_by = user
    upload.state = ImportUpload.State.QUEUED
    upload.save()
    if upload.accept_ama_license:
        accept_license(license=AMA_LICENSE, accepted_by=user.email, user=user)
    upload_id = upload.id
    job = import_upload.configure(queueing_lock=f"codes.import_upload:{upload_id}")
    transaction.on_commit(lambda: job.defer(upload_id=upload_id))
    logger.info("official file uploaded: %s, by %s", upload.file_name, user.pk)
    return upload
