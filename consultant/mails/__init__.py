"""What CaseConsultant writes to mailboxes: answers, replies and notices.

Each is put into the outbox in the caller's transaction, and leaves with its commit.
"""

from consultant.mails.answers import write_answer, write_escalated, write_reply
from consultant.mails.notices import (
    tell_consultants,
    tell_of_more,
    write_invitation,
    write_not_verified,
    write_unreadable,
    write_used_up,
)

__all__ = [
    "tell_consultants",
    "tell_of_more",
    "write_answer",
    "write_escalated",
    "write_invitation",
    "write_not_verified",
    "write_reply",
    "write_unreadable",
    "write_used_up",
]
