"""Mails of the job board: written from its templates into the outbox of the site."""

from django.conf import settings
from django.template.loader import render_to_string

from accounts import outbox
from accounts.models import OutgoingMail, User


def mail_template(
    *,
    template: str,
    subject: str,
    user: User | None = None,
    address: str = "",
    headers: dict[str, str] | None = None,
    about: str = "",
    **context,
) -> OutgoingMail:
    """A mail in the outbox, from the template of that name in careers/email/."""
    context |= {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL}
    return outbox.write_mail(
        subject=subject,
        text=render_to_string(f"careers/email/{template}.txt", context),
        user=user,
        address=address,
        headers=headers,
        about=about,
    )
