"""From whom, to whom, and to what a mail belongs; and handing it to the outbox."""

import re
from collections.abc import Sequence
from email.utils import formataddr

from django.conf import settings

from accounts.models import OutgoingMail, User
from accounts.outbox import write_mail
from consultant.addresses import thread_address
from consultant.letters.kinds import LOOP_HEADER
from consultant.mails.as_html import as_html
from consultant.mails.as_text import as_text
from consultant.mails.content import Content
from consultant.models import Thread

PRODUCT = "CaseConsultant"
MOST_REFERENCES = 20
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,250}>")
_ANSWER_MARK = re.compile(r"^(?:(?:re|aw|sv|antw|fwd?|wg)\s*(?:\[\d+\])?\s*:\s*)+", re.I)


def about(thread: Thread) -> str:
    """What the mails of a thread are marked with in the outbox."""
    return f"consultant.thread:{thread.pk}"


def write_in_thread(
    thread: Thread,
    content: Content,
    *,
    answers: str = "",
    sender_name: str = "",
    message_ids: Sequence[str] | None = None,
    is_by_person: bool = False,
) -> OutgoingMail:
    """A mail to the thread's member, which mailboxes put below the mails it follows.

    `answers` is the Message-ID of the mail it answers; '' is the thread's last one. `message_ids`
    are those of the thread, the oldest first; None: they are looked up. `is_by_person`: a
    consultant wrote it.
    """
    if message_ids is None:
        stored = thread.messages.exclude(message_id="")
        message_ids = list(stored.values_list("message_id", flat=True))
    references = _references(message_ids, answers)
    return write_mail(
        user=thread.user,
        subject=answer_subject(thread.subject),
        text=as_text(content),
        html=as_html(content),
        sender=formataddr((sender_name or PRODUCT, settings.CONSULTANT_ADDRESS)),
        reply_to=thread_address(thread),
        headers=_headers(
            references[-1] if references else "", references, is_by_person=is_by_person
        ),
        about=about(thread),
        priority=0,
    )


def write_notice(
    content: Content, *, in_reply_to: str, user: User | None = None, address: str = ""
) -> OutgoingMail:
    """A notice on a mail that became no question, to a member or to a stranger's address."""
    references = [in_reply_to] if _MESSAGE_ID.fullmatch(in_reply_to) else []
    return write_mail(
        user=user,
        address=address,
        subject=content.title,
        text=as_text(content),
        html=as_html(content),
        sender=formataddr((PRODUCT, settings.CONSULTANT_ADDRESS)),
        headers=_headers("".join(references), references),
    )


def answer_subject(subject: str) -> str:
    """The subject behind one "Re:", whatever marks of answers stood before it."""
    return f"Re: {_ANSWER_MARK.sub('', subject.strip()) or 'your case'}"


def _headers(
    in_reply_to: str, references: list[str], *, is_by_person: bool = False
) -> dict[str, str]:
    """Threading (RFC 5322, 3.6.4), whether a person wrote it (RFC 3834), and our mark of loops.

    Exchange heeds X-Auto-Response-Suppress ([MS-OXCMAIL]) rather than Auto-Submitted.
    """
    headers = {
        "Auto-Submitted": "no" if is_by_person else "auto-replied",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
        LOOP_HEADER: settings.CONSULTANT_ADDRESS,
    }
    if in_reply_to:
        headers["In-Reply-To"] = in_reply_to
    if references:
        headers["References"] = " ".join(references)
    return headers


def _references(message_ids: Sequence[str], answers: str) -> list[str]:
    """The Message-IDs of the thread's mails, the answered one last: the first and the newest ones.

    What senders' programs write there is anything; what is no Message-ID is left out.
    """
    names = [name for name in message_ids if name != answers] + [answers]
    found = [name for name in dict.fromkeys(names) if _MESSAGE_ID.fullmatch(name)]
    return found if len(found) <= MOST_REFERENCES else found[:1] + found[1 - MOST_REFERENCES :]
