"""Notices: to whom no answer can be given, and to the consultants that a case waits."""

from django.conf import settings
from django.urls import reverse

from accounts.daily_allowance import Allowance
from accounts.models import OutgoingMail, User
from accounts.outbox import write_mail
from consultant.groups import CONSULTANTS
from consultant.mails.answers import moment
from consultant.mails.as_html import as_html
from consultant.mails.as_text import as_text
from consultant.mails.content import Button, Content, Element, Small, Words, absolute
from consultant.mails.envelope import about, write_notice
from consultant.models import Thread

_NOT_KEPT = "Your mail was not kept."


def write_invitation(address: str, in_reply_to: str) -> OutgoingMail:
    """To somebody who is no member: what this address is, and how to become one."""
    content = _notice(
        "About your mail to CaseConsultant",
        Words(
            f"CaseConsultant answers questions about medical billing codes by e-mail, with the "
            f"place of every figure in the record. It answers members of {settings.SITE_NAME} "
            "alone, and no member uses your address."
        ),
        Words(
            "With a free account of this address you can ask again, and the answer is in your "
            f"mailbox within a minute. {_NOT_KEPT}"
        ),
        Button("Register free account", absolute(reverse("account_signup"))),
        Small("This notice is sent once a day at most. If you did not write to us, ignore it."),
    )
    return write_notice(content, in_reply_to=in_reply_to, address=address)


def write_used_up(user: User, allowance: Allowance, in_reply_to: str) -> OutgoingMail:
    """That the member's cases of today are used up, and what to do meanwhile."""
    if allowance.allowance:
        cases = "case" if allowance.allowance == 1 else "cases"
        words = (
            f"Your {allowance.allowance} {cases} of today {'is' if cases == 'case' else 'are'} "
            f"used up, so this mail was not answered. Please send it again tomorrow. {_NOT_KEPT}"
        )
    else:
        words = f"Your plan has no cases by e-mail, so this mail was not answered. {_NOT_KEPT}"
    content = _notice(
        "Your cases of today are used up" if allowance.allowance else "Your mail was not answered",
        Words(words),
        Words("CasePilot answers questions on the site meanwhile."),
        Button("Ask CasePilot", absolute(reverse("assistant:ask"))),
    )
    return write_notice(content, in_reply_to=in_reply_to, user=user)


def write_unreadable(user: User, problem: str, in_reply_to: str) -> OutgoingMail:
    """That a mail could not be read or asked nothing: `problem` is a sentence that says why."""
    content = _notice(
        "Your mail could not be answered",
        Words(f"Your mail could not be answered. {problem.strip().rstrip('.')}."),
        Words(
            "Write your question, your list of codes or your note as plain text, or attach it as "
            f"PDF, Word (.docx) or plain text. {_NOT_KEPT} It was not counted."
        ),
        Button("Ask on the site", _home()),
    )
    return write_notice(content, in_reply_to=in_reply_to, user=user)


def write_not_verified(user: User, reason: str, in_reply_to: str) -> OutgoingMail:
    """That a mail in the member's name could not be told from a forged one."""
    content = _notice(
        "A mail in your name was not answered",
        Words(
            f"{settings.CONSULTANT_ADDRESS} got a mail that bears your address, but your mail "
            "system did not confirm that it comes from you, so it was not answered and not "
            f"counted. {_NOT_KEPT}"
        ),
        Words(f"What was found: {reason}"),
        Words(
            "If you wrote it, ask on the site instead, or ask whoever runs your mail system to "
            "sign outgoing mail (DKIM) or to publish its servers (SPF). If you did not write it, "
            "nothing is to be done."
        ),
        Button("Ask on the site", _home()),
    )
    return write_notice(content, in_reply_to=in_reply_to, user=user)


def tell_consultants(thread: Thread) -> list[OutgoingMail]:
    """Tell each consultant that a case waits, without a word of what it says."""
    why = thread.get_escalation_display().lower()
    content = _of_case(
        thread, "A case waits for a consultant", f"A case waits for a consultant ({why})."
    )
    return [_to_consultant(person, thread, content) for person in _consultants()]


def tell_of_more(thread: Thread) -> list[OutgoingMail]:
    """Tell whoever has the case, or each consultant, that its member wrote again: not what."""
    whose = thread.assigned_to
    people = [whose] if whose and whose.is_active and whose.is_staff else _consultants()
    who = "you" if whose in people else "a consultant"
    content = _of_case(
        thread,
        "The member wrote again",
        f"The member wrote again in a case that waits for {who}.",
    )
    return [_to_consultant(person, thread, content) for person in people]


def _consultants() -> list[User]:
    members = User.objects.filter(groups__name=CONSULTANTS, is_staff=True, is_active=True)
    return list(members.order_by("pk"))


def _of_case(thread: Thread, title: str, words: str) -> Content:
    due = f" An answer is promised by {moment(thread.due_at)}." if thread.due_at else ""
    page = absolute(reverse("admin:consultant_thread_change", args=[thread.pk]))
    return _notice(title, Words(f"{words}{due}"), Button("Open the case", page))


def _to_consultant(person: User, thread: Thread, content: Content) -> OutgoingMail:
    return write_mail(
        user=person,
        subject=content.title,
        text=as_text(content),
        html=as_html(content),
        about=about(thread),
    )


def _notice(title: str, *elements: Element) -> Content:
    foot = Small(f"{settings.SITE_NAME}. Not legal or coding advice.")
    preview = next(each.text for each in elements if isinstance(each, Words))
    return Content(title, preview[:180], elements, (foot,))


def _home() -> str:
    return absolute(reverse("consultant:thread_list"))
