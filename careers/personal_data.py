"""What the job board holds about one person, and what it does before their account is deleted.

The accounts call both by the settings PERSONAL_DATA and BEFORE_ACCOUNT_DELETION.
"""

import logging

from accounts.models import User
from careers.actions.board import bump_board
from careers.actions.candidates import delete_everything
from careers.actions.employers import delete_invitations
from careers.actions.postings import EMPLOYER_STEPS, take_step
from careers.models import Application, Membership, Posting

logger = logging.getLogger(__name__)


def personal_data(user: User) -> dict:
    """The applications with their messages, and the résumés, by what a person calls them.

    Plain rows that name the person, such as saved jobs, are listed by the accounts already.
    """
    applications = (
        Application.objects.filter(candidate=user)
        .select_related("posting__employer", "resume")
        .prefetch_related("messages", "changes")
    )
    profile = getattr(user, "candidate_profile", None)
    return {
        "careercenter": {
            "specialties": [str(each) for each in profile.specialties.all()] if profile else [],
            "credentials": [
                {"credential": str(each), "expires_on": each.expires_on}
                for each in user.held_credentials.select_related("credential")
            ],
            "resumes": list(user.resumes.values("name", "kind", "size", "uploaded_at")),
            "applications": [
                {
                    "job": application.posting.title,
                    "employer": application.posting.employer.name,
                    "name": application.name,
                    "phone": application.phone,
                    "letter": application.letter,
                    "credentials": application.credentials,
                    "resume": application.resume.name if application.resume else None,
                    "status": [
                        {"status": each.status, "at": each.at} for each in application.changes.all()
                    ],
                    "messages": [
                        {
                            "from": "me" if each.is_from_candidate else "the employer",
                            "body": each.body,
                            "sent_at": each.sent_at,
                        }
                        for each in application.messages.all()
                    ],
                }
                for application in applications
            ],
            "invitations": list(
                user.employer_invitations.values("email", "purpose", "created_at", "used_at")
            ),
            "employers": [
                {"name": each.employer.name, "role": each.role}
                for each in user.employer_memberships.select_related("employer")
            ],
        }
    }


def before_account_deletion(user: User) -> None:
    """Delete the candidate's files and rows, and leave no employer without an owner.

    The member who has been there longest follows an only owner. An employer whose last member
    goes keeps no job on the board, and what candidates sent it is read by nobody.
    """
    delete_everything(user=user)
    delete_invitations(invitations=user.employer_invitations.all())
    for membership in Membership.objects.filter(user=user).select_related("employer"):
        others = membership.employer.memberships.exclude(user=user).order_by("joined_at", "pk")
        if not others:
            _close(membership.employer, user)
        elif not others.filter(role=Membership.Role.OWNER).exists():
            heir = others[0]
            heir.role = Membership.Role.OWNER
            heir.save(update_fields=["role"])
            logger.info("owner followed", extra={"employer_id": membership.employer_id})
    bump_board()


def _close(employer, user: User) -> None:
    states = [state for state, steps in EMPLOYER_STEPS.items() if Posting.State.WITHDRAWN in steps]
    for posting in employer.postings.filter(state__in=states).select_related("employer"):
        take_step(
            posting=posting,
            to=Posting.State.WITHDRAWN,
            by=None,
            reason="The employer's last member deleted the account.",
        )
    employer.postings.filter(state=Posting.State.SUBMITTED).update(state=Posting.State.DRAFT)
    employer.feeds.all().delete()
    logger.info("employer closed", extra={"employer_id": employer.pk, "user_id": user.pk})
