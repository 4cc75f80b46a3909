"""What waits in the consultants' inbox, on the administration's first page."""

from django import template

from consultant.queries.inbox import WORK_ON_CASES, InboxCounts, inbox_counts

register = template.Library()


@register.simple_tag
def cases_waiting(user) -> InboxCounts | None:
    """The counts; None for somebody who works on no cases."""
    return inbox_counts(user) if user.has_perm(WORK_ON_CASES) else None
