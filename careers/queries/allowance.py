"""How many postings an employer may have on the board, by the plans of its owners."""

from django.conf import settings

from careers.models import Employer, Membership, Posting

TAKING_ROOM = (Posting.State.SUBMITTED, Posting.State.APPROVED, Posting.State.LIVE)


def postings_allowed(employer: Employer) -> int | None:
    """Postings at the same time: the largest number of an owner's plan; None where unlimited."""
    owners = employer.memberships.filter(role=Membership.Role.OWNER).select_related("user__plan")
    most = settings.EMPLOYER_POSTINGS
    for user in [membership.user for membership in owners]:
        if user.is_staff or (user.plan and user.plan.is_unlimited):
            return None
        if user.plan and user.plan.job_postings is not None:
            most = max(most, user.plan.job_postings)
    return most


def postings_left(employer: Employer) -> int | None:
    """How many more may be submitted now; None where unlimited."""
    allowed = postings_allowed(employer)
    if allowed is None:
        return None
    return max(allowed - employer.postings.filter(state__in=TAKING_ROOM).count(), 0)
