"""Candidates: what they keep here for themselves."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.files.storage import storages
from django.db import models

from careers.models.listed import Credential, Specialty
from careers.models.posting import Posting


class CandidateProfile(models.Model):
    """What a candidate says about themselves. An employer sees none of it but what is sent."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="candidate_profile"
    )
    name = models.CharField(max_length=100, blank=True)
    headline = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    city = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=2, blank=True)
    level = models.CharField(max_length=5, choices=Posting.Level, blank=True)
    specialties = models.ManyToManyField(Specialty, blank=True, related_name="candidates")
    wanted_types = ArrayField(
        models.CharField(max_length=12, choices=Posting.Type), default=list, blank=True
    )
    wanted_workplaces = ArrayField(
        models.CharField(max_length=8, choices=Posting.Workplace), default=list, blank=True
    )
    wanted_yearly_pay = models.PositiveIntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return f"profile {self.pk}"


class HeldCredential(models.Model):
    """A credential that a candidate holds, with its number and the day it ends."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="held_credentials"
    )
    credential = models.ForeignKey(Credential, on_delete=models.CASCADE, related_name="holders")
    number = models.CharField(max_length=40, blank=True)
    expires_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["credential__position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "credential"], name="credential_held_once"),
        ]

    def __str__(self) -> str:
        return f"{self.credential} {self.number}".strip()


RESUME_FOLDER = "careers/resumes"


def resume_path(resume: "Resume", name: str) -> str:
    """A name that tells nothing and that nobody guesses; the file's own name is kept in the row."""
    return f"{RESUME_FOLDER}/{uuid.uuid4().hex}"


def private_storage():
    """Where résumés lie: no address of the site leads to it."""
    return storages["private"]


class Resume(models.Model):
    """A résumé as it was uploaded. It is never changed, so what was sent stays what was sent."""

    class Kind(models.TextChoices):
        """What the content was found to be."""

        PDF = "pdf", "PDF"
        DOCX = "docx", "Word (DOCX)"

    CONTENT_TYPES = {
        "pdf": "application/pdf",
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    }

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="resumes"
    )
    file = models.FileField(upload_to=resume_path, storage=private_storage)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=4, choices=Kind)
    size = models.PositiveIntegerField(help_text="Bytes.")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    # Off the candidate's list, and kept only while an application holds it.
    is_removed = models.BooleanField(default=False)

    class Meta:
        ordering = ["-uploaded_at"]

    def __str__(self) -> str:
        return self.name


class SavedPosting(models.Model):
    """A job a candidate keeps for later."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_postings"
    )
    posting = models.ForeignKey(Posting, on_delete=models.CASCADE, related_name="saves")
    saved_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-saved_at"]
        constraints = [
            models.UniqueConstraint(fields=["user", "posting"], name="posting_saved_once"),
        ]

    def __str__(self) -> str:
        return f"{self.posting}"
