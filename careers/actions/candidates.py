"""What candidates do: profile, résumés, applications, messages; and taking all of it back."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.outbox import drop_waiting
from careers.actions.mails import mail_template
from careers.models import (
    Application,
    ApplicationChange,
    CandidateProfile,
    HeldCredential,
    Message,
    Posting,
    Resume,
    SavedPosting,
    SavedSearch,
)
from careers.models.candidate import RESUME_FOLDER, private_storage

logger = logging.getLogger(__name__)

MOST_RESUMES = 10
MOST_MESSAGES = 50  # a day, of one side of one application

UploadedResume = tuple[bytes, str, str]  # content, kind, name


class CandidateError(ValueError):
    """What cannot be done; the text is a sentence for the person."""


@transaction.atomic
def save_profile(*, form, credentials, upload: UploadedResume | None) -> CandidateProfile:
    """Store a profile form and its credentials, both valid, and a résumé if one was uploaded."""
    profile = form.save()
    credentials.save()
    if upload:
        add_resume(user=profile.user, upload=upload)
    logger.info("candidate profile saved", extra={"user_id": profile.user_id})
    return profile


@transaction.atomic
def add_resume(*, user: User, upload: UploadedResume) -> Resume:
    """Store a résumé whose content was checked. Raises CandidateError where there are too many."""
    content, kind, name = upload
    if Resume.objects.filter(user=user, is_removed=False).count() >= MOST_RESUMES:
        raise CandidateError(f"You have {MOST_RESUMES} résumés here; remove one first.")
    resume = Resume(user=user, name=name, kind=kind, size=len(content))
    resume.file.save("resume", ContentFile(content), save=False)
    resume.save()
    logger.info("resume added", extra={"user_id": user.pk, "kind": kind, "size": len(content)})
    return resume


@transaction.atomic
def remove_resume(*, resume: Resume) -> None:
    """Take a résumé off the list; the file goes once no application holds it."""
    resume.is_removed = True
    resume.save(update_fields=["is_removed"])
    _delete_unheld(resume.user.resumes)
    logger.info("resume removed", extra={"user_id": resume.user_id})


@transaction.atomic
def apply(
    *,
    posting: Posting,
    user: User,
    name: str,
    phone: str = "",
    letter: str = "",
    resume: Resume | None = None,
    upload: UploadedResume | None = None,
    with_credentials: bool = False,
) -> Application:
    """Send an application. Raises CandidateError where it cannot be sent (again)."""
    if posting.apply_by != Posting.ApplyBy.HERE:
        raise CandidateError("Applications for this job are not taken here.")
    if posting.is_demonstration:
        raise CandidateError("This is a demonstration posting: there is no job behind it.")
    # Locked, so that nobody applies to what is being closed, nor twice at once.
    current = Posting.objects.select_for_update(of=("self",)).select_related("employer")
    if not current.get(pk=posting.pk).is_on_board:
        raise CandidateError("This job is closed.")
    if posting.applications.filter(candidate=user).exists():
        raise CandidateError("You have applied for this job already.")
    if upload:
        resume = add_resume(user=user, upload=upload)
    credentials = [_told(each) for each in user.held_credentials.select_related("credential")]
    application = Application.objects.create(
        posting=posting,
        candidate=user,
        name=name,
        phone=phone,
        letter=letter,
        resume=resume,
        credentials=credentials if with_credentials else [],
    )
    _record(application, by=user)
    for member in posting.employer.members.filter(is_active=True):
        mail_template(
            template="application_new",
            user=member,
            subject=f"New application: {posting.title}",
            application=application,
            posting=posting,
            url=settings.SITE_URL + application.get_absolute_url(),
        )
    logger.info("application sent", extra={"application_id": application.pk})
    return application


@transaction.atomic
def set_status(*, application: Application, status: str, by: User) -> None:
    """Change the status for the employer; the candidate is told, of being seen only here.

    Raises CandidateError for an application that was withdrawn.
    """
    row = Application.objects.select_for_update().get(pk=application.pk)
    if row.is_withdrawn:
        raise CandidateError("The candidate has withdrawn this application.")
    if row.status == status:
        return
    application.status = row.status = status
    row.save(update_fields=["status"])
    _record(application, by=by)
    if status != Application.Status.SEEN:
        mail_template(
            template="application_status",
            user=application.candidate,
            subject=f"Your application: {application.posting.title}",
            application=application,
            posting=application.posting,
            url=settings.SITE_URL + application.get_absolute_url(),
        )
    logger.info("application status", extra={"application_id": application.pk, "status": status})


def mark_seen(*, application: Application, by: User) -> None:
    """The employer has opened it for the first time."""
    if application.status == Application.Status.SENT:
        set_status(application=application, status=Application.Status.SEEN, by=by)


@transaction.atomic
def withdraw(*, application: Application) -> None:
    """Take an application back: the employer sees that it was there, and nothing that was in it."""
    row = Application.objects.select_for_update().get(pk=application.pk)
    if row.is_withdrawn:
        return
    row.status = Application.Status.WITHDRAWN
    row.letter, row.phone, row.credentials, row.resume = "", "", [], None
    row.save(update_fields=["status", "letter", "phone", "credentials", "resume"])
    _record(row, by=row.candidate)
    _delete_unheld(row.candidate.resumes)
    for member in application.posting.employer.members.filter(is_active=True):
        mail_template(
            template="application_withdrawn",
            user=member,
            subject=f"Application withdrawn: {application.posting.title}",
            application=application,
            posting=application.posting,
            url=settings.SITE_URL + application.get_absolute_url(),
        )
    logger.info("application withdrawn", extra={"application_id": row.pk})


@transaction.atomic
def send_message(*, application: Application, sender: User, body: str, is_from_candidate: bool):
    """Write to the other side; who is there gets a mail without the words and without addresses.

    Raises CandidateError where the application is withdrawn or too much was written today.
    """
    Application.objects.select_for_update().get(pk=application.pk)
    if application.is_withdrawn:
        raise CandidateError("The application is withdrawn, so no more messages can be sent.")
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    sent = application.messages.filter(is_from_candidate=is_from_candidate, sent_at__gte=today)
    if sent.count() >= MOST_MESSAGES:
        raise CandidateError("You have reached today’s limit of messages; write again tomorrow.")
    message = Message.objects.create(
        application=application, sender=sender, body=body, is_from_candidate=is_from_candidate
    )
    if is_from_candidate:
        receivers = application.posting.employer.members.filter(is_active=True)
    else:
        receivers = [application.candidate]
    for receiver in receivers:
        mail_template(
            template="message_new",
            user=receiver,
            subject=f"New message: {application.posting.title}",
            application=application,
            posting=application.posting,
            is_from_candidate=is_from_candidate,
            url=f"{settings.SITE_URL}{application.get_absolute_url()}#messages",
        )
    logger.info("message sent", extra={"application_id": application.pk})
    return message


def mark_read(*, application: Application, is_candidate: bool) -> None:
    """The reader has seen what the other side wrote."""
    application.messages.filter(is_from_candidate=not is_candidate, read_at=None).update(
        read_at=timezone.now()
    )


@transaction.atomic
def delete_everything(*, user: User) -> None:
    """Delete all that a person did here as a candidate, the files included."""
    searches = [search.mails_about for search in SavedSearch.objects.filter(user=user)]
    Application.objects.filter(candidate=user).delete()
    for model in (CandidateProfile, HeldCredential, SavedPosting, SavedSearch):
        model.objects.filter(user=user).delete()
    drop_waiting(about=searches)
    _delete_files(Resume.objects.filter(user=user))
    logger.info("candidate data deleted", extra={"user_id": user.pk})


def sweep_resumes(*, now: datetime | None = None) -> int:
    """Delete what no deletion took along; how many files that was.

    Removed résumés whose applications went with their posting, and files older than a day that
    belong to no résumé: those of a process that was killed, or of an upload that was undone.
    """
    with transaction.atomic():
        count = _delete_unheld(Resume.objects)
    storage, yesterday = private_storage(), (now or timezone.now()) - timedelta(days=1)
    names = storage.listdir(RESUME_FOLDER)[1] if storage.exists(RESUME_FOLDER) else []
    known = set(Resume.objects.values_list("file", flat=True))
    for path in {f"{RESUME_FOLDER}/{name}" for name in names} - known:
        if storage.get_modified_time(path) < yesterday:
            storage.delete(path)
            count += 1
    logger.info("resumes swept", extra={"file_count": count})
    return count


def _delete_unheld(resumes) -> int:
    """Delete those that are off the list and that no application holds; how many."""
    held = Application.objects.filter(resume__isnull=False).values("resume")
    return _delete_files(resumes.filter(is_removed=True).exclude(pk__in=held))


def _delete_files(resumes) -> int:
    """Delete the rows now and the files once that is certain; how many."""
    files = [(resume.file.storage, resume.file.name) for resume in resumes]
    resumes.delete()

    def delete() -> None:
        for storage, name in files:
            storage.delete(name)

    transaction.on_commit(delete)
    return len(files)


def _told(held: HeldCredential) -> str:
    parts = [held.credential.abbreviation]
    if held.number:
        parts.append(f"number {held.number}")
    if held.expires_on:
        parts.append(f"expires {held.expires_on.day} {held.expires_on:%b %Y}")
    return ", ".join(parts)[:200]


def _record(application: Application, *, by: User | None) -> None:
    ApplicationChange.objects.create(application=application, status=application.status, by=by)
