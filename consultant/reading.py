"""Reads a mail that arrived: what it is, who wrote it, and what it asks.

Looking at it (parsing, signatures, DNS, attachments) changes nothing; what comes of it is one
transaction, in which the mail itself is erased. A worker killed at any point leaves the mail
waiting, and the next one reads it.
"""

import logging
import re
from dataclasses import dataclass
from email.utils import parseaddr

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from assistant.cases import parts_of, says_anything
from consultant import mails
from consultant.actions import asking, notices
from consultant.actions.asking import NoMailsLeft
from consultant.addresses import is_ours, keys_in
from consultant.letters.authentication import Authentication, authenticated
from consultant.letters.evidence import Evidence
from consultant.letters.kinds import KindOfLetter, kind_of
from consultant.letters.letter import Letter, read_letter
from consultant.models import IncomingMail, Message, Notice, Thread
from consultant.queueing import read_later
from consultant.reception import trial
from consultant.wishes import wishes_a_person

logger = logging.getLogger(__name__)

MOST_TRIES = 6
Outcome = IncomingMail.Outcome
_CODE = re.compile(r"\b(?=\w*\d)[A-Z]?\d[A-Z0-9]{3,4}\b|\b[A-Z]\d[A-Z0-9](?:\.[A-Z0-9]{1,4})?\b")
_NOTHING_ASKED = "I found no question, no code and no note in it"


@dataclass(frozen=True)
class _Looked:
    """What looking at a mail found out."""

    letter: Letter
    evidence: Evidence
    kind: KindOfLetter
    authentication: Authentication
    member: User | None


def read_mail(mail_id: int) -> None:
    """Read a mail that waits; one that was read is left alone."""
    mail = IncomingMail.objects.filter(pk=mail_id, state=IncomingMail.State.WAITING).first()
    if mail is None:
        return
    try:
        looked = _look(mail)
        is_trial = trial.is_trial(looked.evidence, looked.letter)
        is_open = looked.authentication.is_temporary and not is_trial
        if is_open and mail.failed_count < MOST_TRIES - 1:
            _read_later(mail, looked.authentication.reason)
            return
        _settle(mail, looked)
    except Exception as problem:
        # The message of an error may hold words of the mail, so only its kind is logged.
        logger.error(
            "mail could not be read: %s", type(problem).__name__, extra={"mail_id": mail_id}
        )
        _read_later(mail, f"Reading failed: {type(problem).__name__}.")


def _look(mail: IncomingMail) -> _Looked:
    raw = bytes(mail.raw)
    letter = read_letter(raw, with_attachments=False)
    evidence = Evidence.from_dict(mail.evidence)
    kind = _kind(letter, evidence, mail.way)
    verdict = Authentication(False, "none", "", "Not looked at.")
    if kind.is_person or trial.is_trial(evidence, letter):
        verdict = authenticated(
            raw,
            letter,
            evidence,
            trusted_authserv_ids=settings.MAIL_TRUSTED_AUTHSERV_IDS,
            relays=settings.MAIL_RELAYS,
        )
    member = _member(letter.sender)
    is_answered = verdict.is_authenticated or not settings.MAIL_SENDERS_CHECKED
    if letter.has_files and member and kind.is_person and is_answered:
        letter = read_letter(raw)  # files are opened for members alone
    return _Looked(letter, evidence, kind, verdict, member)


def _kind(letter: Letter, evidence: Evidence, way: str) -> KindOfLetter:
    # Only a conversation tells the null sender from one that nobody told.
    is_told = evidence.mail_from or way in (IncomingMail.Way.SMTP, IncomingMail.Way.LMTP)
    return kind_of(
        letter,
        own_addresses=[settings.CONSULTANT_ADDRESS, parseaddr(settings.DEFAULT_FROM_EMAIL)[1]],
        loop_mark=settings.CONSULTANT_ADDRESS,
        mail_from=evidence.mail_from if is_told else None,
    )


@transaction.atomic
def _read_later(mail: IncomingMail, reason: str) -> None:
    """Try again after 20, 40, 80 ... seconds; after the last try it stays as it is, as failed."""
    stored = _locked(mail)
    if stored is None:
        return
    stored.failed_count += 1
    stored.reason = reason[:300]
    if stored.failed_count >= MOST_TRIES:
        stored.state, stored.read_at = IncomingMail.State.FAILED, timezone.now()
    stored.save(update_fields=["failed_count", "reason", "state", "read_at"])
    if stored.state == IncomingMail.State.WAITING:
        read_later(mail.pk, seconds=10 * 2**stored.failed_count)


def _locked(mail: IncomingMail) -> IncomingMail | None:
    """The stored mail, locked; None where it was read meanwhile."""
    waiting = IncomingMail.objects.select_for_update().defer("raw", "evidence")
    return waiting.filter(pk=mail.pk, state=IncomingMail.State.WAITING).first()


@transaction.atomic
def _settle(mail: IncomingMail, looked: _Looked) -> None:
    """Do what the mail asks for, and erase it."""
    stored = _locked(mail)
    if stored is None:
        return
    outcome, reason = _outcome(mail, looked)
    stored.state, stored.read_at = IncomingMail.State.READ, timezone.now()
    stored.outcome, stored.reason = outcome, reason[:300]
    stored.raw, stored.evidence = None, {}
    stored.save(update_fields=["state", "read_at", "outcome", "reason", "raw", "evidence"])
    logger.info("mail read", extra={"mail_id": mail.pk, "outcome": str(outcome)})


def _outcome(mail: IncomingMail, looked: _Looked) -> tuple[str, str]:
    """What came of a mail, and why; the first rule that holds decides."""
    letter, evidence = looked.letter, looked.evidence
    if token := trial.token_of(evidence, letter):
        return Outcome.CHECK, trial.note(token, looked.authentication)
    if evidence.recipients and not any(map(is_ours, evidence.recipients)):
        return Outcome.NOT_FOR_US, ""
    if not looked.kind.is_person:
        return Outcome.AUTOMATIC, f"{looked.kind.kind}: {looked.kind.because}"
    member = looked.member
    if settings.MAIL_SENDERS_CHECKED and not looked.authentication.is_authenticated:
        if member and notices.may_tell(kind=Notice.Kind.NOT_VERIFIED, address=letter.sender):
            mails.write_not_verified(member, looked.authentication.reason, letter.message_id)
        return Outcome.NOT_AUTHENTICATED, looked.authentication.reason
    if member is None:
        return _invited(letter)
    if letter.problem:
        return _unreadable(member, letter, letter.problem, Outcome.UNREADABLE)
    return _asked(mail, member, letter, evidence)


def _member(address: str) -> User | None:
    """The member whose confirmed address it is."""
    found = (
        EmailAddress.objects.filter(email__iexact=address, verified=True, user__is_active=True)
        .select_related("user__plan")
        .first()
    )
    return found.user if found else None


def _invited(letter: Letter) -> tuple[str, str]:
    if not notices.may_tell(kind=Notice.Kind.INVITATION, address=letter.sender):
        return Outcome.STRANGER_AGAIN, ""
    mails.write_invitation(letter.sender, letter.message_id)
    return Outcome.STRANGER, ""


def _unreadable(member: User, letter: Letter, problem: str, outcome: str) -> tuple[str, str]:
    if notices.may_tell(kind=Notice.Kind.UNREADABLE, address=letter.sender):
        mails.write_unreadable(member, problem, letter.message_id)
    return outcome, problem


def _asked(mail: IncomingMail, member: User, letter: Letter, evidence: Evidence) -> tuple[str, str]:
    # Without a Message-ID the same bytes are the same mail.
    key = asking.key_of(letter.sender, letter.message_id or bytes(mail.raw).hex())
    if Message.objects.filter(question_key=key).exists():
        return Outcome.DUPLICATE, ""
    thread = _thread_of(member, letter, evidence)
    text = _words(letter, is_new=thread is None)
    attachments = [
        {"name": item.name, "text": item.text, "problem": item.problem}
        for item in letter.attachments
    ]
    everything = "\n\n".join([text, *(item["text"] for item in attachments)])
    # A person understands "The left one."
    is_something = says_anything if thread and thread.is_with_people else parts_of
    if not wishes_a_person(text) and not is_something(everything):
        problem = next((item["problem"] for item in attachments if item["problem"]), "")
        if thread and not problem:
            return Outcome.EMPTY, ""  # thanks, as a rule: nobody wants an answer to that
        return _unreadable(member, letter, problem or _NOTHING_ASKED, Outcome.EMPTY)
    try:
        asking.ask(
            user=member,
            text=text,
            via=Message.Via.MAIL,
            question_key=key,
            attachments=attachments,
            subject=letter.subject,
            thread=thread,
            message_id=letter.message_id,
            is_new=True,
        )
    except NoMailsLeft as problem:
        if notices.may_tell(kind=Notice.Kind.USED_UP, address=letter.sender):
            mails.write_used_up(member, problem.allowance, letter.message_id)
        return Outcome.USED_UP, ""
    return Outcome.QUESTION, ""


def _thread_of(member: User, letter: Letter, evidence: Evidence) -> Thread | None:
    """The member's thread that the mail goes on with: by the address it went to, else by the
    mails it refers to.
    """
    threads = Thread.objects.filter(user=member)
    keys = keys_in([*evidence.recipients, *letter.to])
    if keys and (found := threads.filter(key__in=keys).first()):
        return found
    named = [name for name in (letter.in_reply_to, *letter.references) if name]
    if not named:
        return None
    return threads.filter(messages__message_id__in=named).order_by("-updated_at").first()


def _words(letter: Letter, *, is_new: bool) -> str:
    """What is asked: the newest words, with the subject where it holds what they lack."""
    text = letter.newest_text.strip()
    if not is_new or not letter.subject:
        return text
    if not text:
        return letter.subject
    is_named_above = _CODE.search(letter.subject) and not _CODE.search(text)
    if is_named_above or (parts_of(letter.subject) and not parts_of(text)):
        return f"{letter.subject}\n\n{text}"
    return text
