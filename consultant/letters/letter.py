"""A mail as it can be understood: who wrote to whom, the new words, the words of its files."""

from dataclasses import dataclass
from datetime import datetime
from email.message import Message

from consultant.letters import headers
from consultant.letters.attachments import LetterAttachment, read_attachments
from consultant.letters.newest import newest_of
from consultant.letters.parts import Attached, Contents, contents_of, parse
from consultant.letters.plain_text import clean_text

LONGEST_NEWEST = 100_000  # characters
_LONGEST_SPLIT = 600_000
_DEEPEST_LETTER = 3  # mails in mails


@dataclass(frozen=True)
class Letter:
    """A mail that was read.

    `message_id`, `in_reply_to` and `references` are Message-IDs with their angle brackets.
    `sender` is the one address of the one From field, its domain in lower case; empty where it is
    missing, several or uncertain. `to` are the addresses of To, Cc and of the fields in which mail
    servers note the envelope's recipient. `subject` has no Re: or Fwd:, `is_reply` and
    `is_forward` say whether it had. `newest_text` is what the sender wrote, without quotes and
    signature; of a forwarded mail it holds the forwarded words too. `has_files` is whether there
    are attachments, read or not. `headers` are all fields as they stand, `part_types` the media
    types of all parts, `is_invitation` whether a calendar sent it, as an invitation to a meeting or
    a reply to one. `problem` is a sentence that says why the mail cannot be read, to be told to its
    sender; the fields hold what could be read still.
    """

    message_id: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    sender: str = ""
    sender_name: str = ""
    subject: str = ""
    is_reply: bool = False
    is_forward: bool = False
    to: tuple[str, ...] = ()
    date: datetime | None = None
    newest_text: str = ""
    quoted_text: str = ""
    attachments: tuple[LetterAttachment, ...] = ()
    has_files: bool = False
    headers: tuple[tuple[str, str], ...] = ()
    part_types: tuple[str, ...] = ()
    is_invitation: bool = False
    problem: str = ""

    def header(self, name: str) -> str:
        """The first field of a name as it stands, or the empty string."""
        return headers.value_of(self.headers, name)


def read_letter(raw: bytes, *, with_attachments: bool = True) -> Letter:
    """Read a mail; on any bytes at all.

    The files of a mail are read in processes of their own, which takes a tenth of a second each:
    `with_attachments` False leaves them out, for a mail of which only the sender matters yet.
    """
    try:
        message, problem = parse(raw)
        if problem:
            return _letter(message, Contents(problem=problem), with_attachments=False)
        return _letter(message, contents_of(message), with_attachments=with_attachments)
    except Exception:  # the standard library's parser has failed on input in ways nobody listed
        return Letter(problem="The mail is damaged: it cannot be read.")


def _letter(
    message: Message, contents: Contents, *, with_attachments: bool, depth: int = 0
) -> Letter:
    fields = headers.fields_of(message)
    sender, sender_name = headers.sender_of(fields)
    subject, is_reply, is_forward = headers.subject_of(fields)
    newest = newest_of(contents.text[:_LONGEST_SPLIT], is_forward=is_forward)
    attachments: tuple[LetterAttachment, ...] = ()
    if with_attachments:
        attachments = read_attachments(contents.attached, lambda each: _text_of(each, depth + 1))
    too_long = len(newest.new) > LONGEST_NEWEST
    return Letter(
        message_id=next(iter(headers.message_ids_of(fields, "Message-ID")), ""),
        in_reply_to=next(iter(headers.message_ids_of(fields, "In-Reply-To")), ""),
        references=headers.message_ids_of(fields, "References")[-50:],
        sender=sender,
        sender_name=sender_name,
        subject=subject[:500],
        is_reply=is_reply,
        is_forward=is_forward or newest.is_forward,
        to=headers.addresses_of(
            fields, "To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To"
        ),
        date=headers.date_of(fields),
        newest_text=newest.new[:LONGEST_NEWEST],
        quoted_text=newest.quoted[:LONGEST_NEWEST],
        attachments=attachments,
        has_files=bool(contents.attached),
        headers=fields,
        part_types=tuple(dict.fromkeys(contents.types)),
        is_invitation=contents.is_invitation,
        problem=contents.problem
        or (f"The text is longer than {LONGEST_NEWEST:,} characters." if too_long else ""),
    )


def _text_of(attached: Attached, depth: int) -> tuple[str, tuple[LetterAttachment, ...]]:
    """The words of a mail that is attached, and its own files."""
    if attached.letter is None or depth > _DEEPEST_LETTER:
        return "", ()
    contents = contents_of(attached.letter)
    letter = _letter(attached.letter, contents, with_attachments=True, depth=depth)
    words = newest_of(clean_text(contents.text)[:_LONGEST_SPLIT], is_forward=True).new
    return "\n\n".join(each for each in (letter.subject, words) if each), letter.attachments
