"""What changes employers: profile, members, verification."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from accounts.markdown import to_html
from accounts.models import User
from accounts.outbox import drop_waiting
from careers.actions.board import bump_board, index_anew
from careers.actions.mails import mail_template
from careers.images import Logo
from careers.models import Employer, EmployerLogo, Invitation, Membership

logger = logging.getLogger(__name__)

INVITATION_DAYS = 7
MOST_INVITATIONS = 20  # a day, of one employer
MOST_EMPLOYERS = 3  # that one person owns: each has the postings of a plan of its own
_NOT_SLUGS = {"new", "join"}


class EmployerError(ValueError):
    """What cannot be done to an employer; the text is a sentence for the person."""


@transaction.atomic
def save_employer(*, employer: Employer, logo: Logo | None, by: User | None) -> Employer:
    """Store a profile. Who makes a new one is its owner.

    A verified employer that names another website is to be verified anew. Raises EmployerError
    where one person would own too many.
    """
    is_new, is_renamed = employer.pk is None, False
    if is_new:
        owned = Membership.objects.filter(user=by, role=Membership.Role.OWNER)
        if by and not by.is_staff and owned.count() >= MOST_EMPLOYERS:
            raise EmployerError(
                f"You own {MOST_EMPLOYERS} employers already. Ask an administrator for more."
            )
        employer.slug = _free_slug(employer.name)
    else:
        before = Employer.objects.select_for_update().get(pk=employer.pk)
        is_renamed = before.name != employer.name
        if before.website != employer.website and before.verified_domain:
            employer.verified_at, employer.verified_domain = None, ""
    employer.about_html = to_html(employer.about)
    employer.save()
    if is_renamed:
        index_anew(employer.postings.all())
    if is_new and by:
        Membership.objects.create(employer=employer, user=by, role=Membership.Role.OWNER)
    if logo:
        EmployerLogo.objects.update_or_create(
            employer=employer,
            defaults={"png": logo.png, "width": logo.width, "height": logo.height},
        )
    bump_board()
    logger.info("employer saved", extra={"employer_id": employer.pk, "is_new": is_new})
    return employer


@transaction.atomic
def invite(*, employer: Employer, email: str, role: str, by: User) -> Invitation:
    """Mail somebody a link to join. It holds for a week, once."""
    _refuse_too_many(employer)
    if employer.members.filter(email__iexact=email).exists():
        raise EmployerError(f"{email} is a member already.")
    delete_invitations(
        invitations=employer.invitations.filter(
            purpose=Invitation.Purpose.JOIN, email__iexact=email, used_at=None
        )
    )
    invitation = Invitation.objects.create(
        employer=employer, purpose=Invitation.Purpose.JOIN, email=email, role=role, invited_by=by
    )
    _mail(invitation, f"{employer.name} invites you to {settings.SITE_NAME} CareerCenter")
    logger.info("member invited", extra={"employer_id": employer.pk, "role": role})
    return invitation


@transaction.atomic
def ask_for_verification(*, employer: Employer, email: str, by: User) -> Invitation:
    """Mail a link to an address at the employer's domain; following it verifies the employer."""
    _refuse_too_many(employer)
    invitation = Invitation.objects.create(
        employer=employer, purpose=Invitation.Purpose.VERIFY, email=email, invited_by=by
    )
    _mail(invitation, f"Verify {employer.name} at {settings.SITE_NAME} CareerCenter")
    logger.info("verification asked for", extra={"employer_id": employer.pk})
    return invitation


@transaction.atomic
def verify_employers(*, employers: QuerySet[Employer], by: User) -> int:
    """Verify by an administrator's word; how many were not verified before."""
    count = employers.filter(verified_at=None).update(verified_at=timezone.now(), verified_by=by)
    bump_board()
    logger.info("employers verified", extra={"employer_count": count, "by_id": by.pk})
    return count


@transaction.atomic
def delete_invitations(*, invitations: QuerySet[Invitation]) -> None:
    """Delete invitations; a mail of one that waits is not sent any more."""
    gone = [invitation.mails_about for invitation in invitations]
    invitations.delete()
    drop_waiting(about=gone)


@transaction.atomic
def delete_employers(*, employers: QuerySet[Employer]) -> int:
    """Delete employers with all that is theirs; how many employers that was."""
    keys = list(employers.values_list("pk", flat=True))
    delete_invitations(invitations=Invitation.objects.filter(employer__in=keys))
    Employer.objects.filter(pk__in=keys).delete()
    bump_board()
    logger.info("employers deleted", extra={"employer_count": len(keys)})
    return len(keys)


def find_invitation(token: str) -> Invitation | None:
    """The invitation of a link, while it holds."""
    since = timezone.now() - timedelta(days=INVITATION_DAYS)
    return (
        Invitation.objects.filter(token=token, used_at=None, created_at__gt=since)
        .select_related("employer", "invited_by")
        .first()
    )


@transaction.atomic
def accept(*, invitation: Invitation, user: User) -> None:
    """Do what the invitation is for, once. Raises EmployerError for another's verification."""
    taken = Invitation.objects.filter(pk=invitation.pk, used_at=None).update(used_at=timezone.now())
    if not taken:
        raise EmployerError("This link was used already.")
    employer = invitation.employer
    if invitation.purpose == Invitation.Purpose.JOIN:
        Membership.objects.get_or_create(
            employer=employer, user=user, defaults={"role": invitation.role}
        )
    else:
        if not employer.memberships.filter(user=user).exists():
            raise EmployerError(f"Only a member of {employer.name} can verify it.")
        employer.verified_at = timezone.now()
        employer.verified_by = user
        employer.verified_domain = invitation.email.partition("@")[2]
        employer.save(update_fields=["verified_at", "verified_by", "verified_domain"])
    logger.info(
        "invitation used", extra={"employer_id": employer.pk, "purpose": invitation.purpose}
    )


@transaction.atomic
def set_role(*, membership: Membership, role: str) -> None:
    """Change a member's role. An employer keeps one owner."""
    _lock(membership.employer_id)
    if role != Membership.Role.OWNER:
        _refuse_last_owner(membership)
    membership.role = role
    membership.save(update_fields=["role"])
    logger.info("member's role set", extra={"employer_id": membership.employer_id, "role": role})


@transaction.atomic
def remove_member(*, membership: Membership) -> None:
    """End a membership. An employer keeps one owner."""
    _lock(membership.employer_id)
    _refuse_last_owner(membership)
    membership.delete()
    logger.info("member removed", extra={"employer_id": membership.employer_id})


def _lock(employer_id: int) -> None:
    Employer.objects.select_for_update().get(pk=employer_id)


def _refuse_last_owner(membership: Membership) -> None:
    owners = Membership.objects.filter(
        employer=membership.employer_id, role=Membership.Role.OWNER
    ).exclude(pk=membership.pk)
    if membership.role == Membership.Role.OWNER and not owners.exists():
        raise EmployerError("The last owner stays; make somebody else an owner first.")


def _refuse_too_many(employer: Employer) -> None:
    _lock(employer.pk)
    since = timezone.now() - timedelta(days=1)
    if employer.invitations.filter(created_at__gt=since).count() >= MOST_INVITATIONS:
        raise EmployerError("Too many links were sent today; try again tomorrow.")


def _mail(invitation: Invitation, subject: str) -> None:
    path = reverse("careers:invitation_accept", args=[invitation.token])
    mail_template(
        template="invitation",
        address=invitation.email,
        about=invitation.mails_about,
        subject=subject,
        employer=invitation.employer,
        purpose=invitation.purpose,
        days=INVITATION_DAYS,
        url=settings.SITE_URL + path,
    )


def _free_slug(name: str) -> str:
    base = slugify(name)[:100] or "employer"
    slug, number = base, 2
    while slug in _NOT_SLUGS or Employer.objects.filter(slug=slug).exists():
        slug, number = f"{base}-{number}", number + 1
    return slug
