"""Applications: what a candidate sent for a job, its status, and the messages about it."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils import timezone

from careers.models.candidate import Resume
from careers.models.posting import Posting


class Application(models.Model):
    """What one candidate sent for one posting, as it was sent."""

    class Status(models.TextChoices):
        """How far it has come. The employer sets all but sent, seen and withdrawn."""

        SENT = "sent", "Sent"
        SEEN = "seen", "Seen"
        SHORTLISTED = "shortlisted", "Shortlisted"
        INTERVIEW = "interview", "Interview"
        OFFER = "offer", "Offer made"
        HIRED = "hired", "Hired"
        DECLINED = "declined", "Not chosen"
        WITHDRAWN = "withdrawn", "Withdrawn"

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    posting = models.ForeignKey(Posting, on_delete=models.CASCADE, related_name="applications")
    candidate = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="job_applications"
    )
    name = models.CharField(max_length=100)
    phone = models.CharField(max_length=30, blank=True)
    letter = models.TextField(blank=True, max_length=8000)
    # The credentials as the candidate's profile told them, e.g. "CPC, expires 1 Jul 2027".
    credentials = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    resume = models.ForeignKey(
        Resume, null=True, blank=True, on_delete=models.SET_NULL, related_name="applications"
    )
    status = models.CharField(max_length=11, choices=Status, default=Status.SENT)
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["posting", "candidate"], name="applied_once"),
        ]

    def __str__(self) -> str:
        return f"application {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("careers:application_detail", args=[self.key])

    @property
    def is_withdrawn(self) -> bool:
        return self.status == self.Status.WITHDRAWN

    @property
    def tone(self) -> str:
        """The tone of the status' badge."""
        return _TONES.get(self.status, "plain")


_TONES = {
    Application.Status.INTERVIEW: "good",
    Application.Status.OFFER: "good",
    Application.Status.HIRED: "good",
    Application.Status.DECLINED: "warn",
    Application.Status.WITHDRAWN: "warn",
}


class ApplicationChange(models.Model):
    """A change of an application's status: by whom and when."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="changes")
    status = models.CharField(max_length=11, choices=Application.Status)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="application_changes",
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.get_status_display()


class Message(models.Model):
    """A message between a candidate and an employer about an application."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="messages")
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="career_messages",
    )
    is_from_candidate = models.BooleanField()
    body = models.TextField(max_length=5000)
    sent_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["sent_at", "pk"]

    def __str__(self) -> str:
        return f"message {self.pk}"
