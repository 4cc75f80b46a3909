"""Employers: organizations with members who post jobs."""

import secrets

from django.conf import settings
from django.db import models
from django.urls import reverse

from careers.models.web_address import WebAddressField


def new_token() -> str:
    """Random letters that nobody guesses (256 bits)."""
    return secrets.token_urlsafe(32)


class Employer(models.Model):
    """An organization that posts jobs.

    It is verified by an administrator, or by a mail that one of its members received at the
    host of its website.
    """

    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=110, unique=True)
    website = WebAddressField(max_length=200, blank=True)
    about = models.TextField(blank=True, max_length=8000, help_text="Markdown.")
    about_html = models.TextField(blank=True, editable=False)
    headquarters = models.CharField(max_length=100, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="verified_employers",
    )
    # The domain whose mail verified the employer; empty where an administrator did.
    verified_domain = models.CharField(max_length=200, blank=True)
    is_blocked = models.BooleanField(
        default=False, help_text="A blocked employer's postings are off the board."
    )
    is_demonstration = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="Membership", related_name="employers"
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("careers:employer_detail", args=[self.slug])

    @property
    def is_verified(self) -> bool:
        return self.verified_at is not None


class EmployerLogo(models.Model):
    """An employer's logo: an image that this site drew anew, at most 320 pixels wide or high."""

    employer = models.OneToOneField(Employer, on_delete=models.CASCADE, related_name="logo")
    png = models.BinaryField()
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"logo of {self.employer}"


class Membership(models.Model):
    """A person who works for an employer here."""

    class Role(models.TextChoices):
        """An owner also changes the profile and the members."""

        OWNER = "owner", "Owner"
        RECRUITER = "recruiter", "Recruiter"

    employer = models.ForeignKey(Employer, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="employer_memberships"
    )
    role = models.CharField(max_length=10, choices=Role, default=Role.RECRUITER)
    joined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["employer", "user"], name="member_of_employer_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display().lower()} of {self.employer}"


class Invitation(models.Model):
    """A link mailed to somebody: to join an employer, or to prove an address at its domain."""

    class Purpose(models.TextChoices):
        """What following the link does."""

        JOIN = "join", "Join the employer"
        VERIFY = "verify", "Verify the employer"

    employer = models.ForeignKey(Employer, on_delete=models.CASCADE, related_name="invitations")
    purpose = models.CharField(max_length=8, choices=Purpose, default=Purpose.JOIN)
    email = models.EmailField()
    role = models.CharField(
        max_length=10, choices=Membership.Role, default=Membership.Role.RECRUITER
    )
    token = models.CharField(max_length=64, unique=True, default=new_token)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="employer_invitations"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}: {self.employer}"

    @property
    def mails_about(self) -> str:
        """What its mail in the outbox is about."""
        return f"careers.invitation:{self.pk}"
