"""Members and staff. They are known by e-mail address."""

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models.functions import Lower

from accounts.models.plan import Plan


class EmailUserManager(UserManager):
    """Creates users without a user name."""

    def _create_user_object(self, username, email, password, **extra_fields):
        user = self.model(email=self.normalize_email(email), **extra_fields)
        user.set_password(password)
        return user

    def create_user(self, email, password=None, **extra_fields):
        return super().create_user("", email, password, **extra_fields)

    def create_superuser(self, email, password=None, **extra_fields):
        return super().create_superuser("", email, password, **extra_fields)

    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)


class User(AbstractUser):
    """A person with an account."""

    username = None
    email = models.EmailField("e-mail address", unique=True)
    plan = models.ForeignKey(
        Plan,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="members",
        help_text="Empty: the free allowance.",
    )
    # The browser that signed up, until its views are carried over at the first log-in: the
    # e-mail address may be confirmed on another device.
    guest = models.UUIDField(null=True, blank=True, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []

    objects = EmailUserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_once",
                violation_error_message="An account with this e-mail address exists.",
            ),
        ]

    def __str__(self) -> str:
        return self.email
