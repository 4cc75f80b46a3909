"""A member's case: questions and answers that follow each other, by mail or on the site."""

import secrets
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

MAX_SUBJECT_LENGTH = 200
# Lower-case letters and digits without those that look alike: mail systems may fold the case.
KEY_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
KEY_LENGTH = 16


def new_key() -> str:
    return "".join(secrets.choice(KEY_ALPHABET) for _ in range(KEY_LENGTH))


class Thread(models.Model):
    """One case of a member.

    The id is the address on the site, `key` the part of the reply address behind the plus sign.
    Only its member and the consultants may read it. While it is with the consultants,
    `escalated_at`, `escalation` and `due_at` say since when, why, and until when an answer is
    promised; `assigned_to` whose it is, `told_at` when the consultants last had a mail about it.
    """

    class State(models.TextChoices):
        ANSWERING = "answering", "Being answered"
        ANSWERED = "answered", "Answered"
        WITH_CONSULTANT = "with-consultant", "With a consultant"
        REPLIED = "replied", "Answered by a consultant"
        CLOSED = "closed", "Closed"

    class Escalation(models.TextChoices):
        """Why a person is to look at it."""

        ASKED = "asked", "Asked for a person"
        NOT_SURE = "not-sure", "The record does not answer it"
        NOT_HELPFUL = "not-helpful", "The answer did not help"
        FAILED = "failed", "No answer could be made"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="threads"
    )
    subject = models.CharField(max_length=MAX_SUBJECT_LENGTH)  # identifiers masked
    state = models.CharField(max_length=15, choices=State, default=State.ANSWERING)
    escalation = models.CharField(max_length=11, choices=Escalation, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="assigned_threads",
    )
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-updated_at"]
        verbose_name = "case"
        indexes = [
            models.Index(fields=["user", "-updated_at"], name="threads_of_member"),
            models.Index(
                fields=["due_at"],
                condition=Q(state="with-consultant"),
                name="threads_with_consultant",
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    def get_absolute_url(self) -> str:
        return reverse("consultant:thread_detail", args=[self.pk])

    @property
    def is_with_people(self) -> bool:
        """Whether a consultant's words are waited for, or were the last."""
        return self.state in (self.State.WITH_CONSULTANT, self.State.REPLIED)
