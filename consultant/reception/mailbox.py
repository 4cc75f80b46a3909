"""The mailbox that is polled: what is unseen is stored, and then marked as seen.

Whatever happens between the two, the mail is fetched and stored again; the reader knows a mail that
came before.
"""

import contextlib
import logging
import re
import threading
from collections.abc import Callable, Iterator

from django.conf import settings
from django.db import close_old_connections, connection
from imap_tools import BaseMailBox, MailBox, MailBoxUnencrypted, MailMessageFlags

from consultant.letters.evidence import Evidence
from consultant.models import IncomingMail
from consultant.reception.receive import receive

logger = logging.getLogger(__name__)

PROCESSED = "Processed"  # where read mails are moved to, if the mailbox has such a folder
ANSWER_SECONDS = 30
LONGEST_PAUSE = 300  # seconds between two tries to reach a mailbox that does not answer
MOST_AT_A_TIME = 500


class Poller:
    """Looks into `mailbox` (casepilot_site.mail_in.Mailbox) until `ended` is set."""

    def __init__(self, mailbox, ended: threading.Event, say: Callable[[str], None] = print):
        self.mailbox = mailbox
        self.ended = ended
        self.say = say
        self.failures = 0
        self.is_told = False  # that the mailbox is reached, or that it isn't

    def run(self) -> None:
        while not self.ended.is_set():
            try:
                with self.connected() as box:
                    self._tell_that_it_answers()
                    while not self.ended.is_set():
                        look_into(box)
                        self.failures = 0
                        self._wait_for_news(box)
            except Exception as error:  # its text may name the user: only its kind is told
                pause = min(settings.IMAP_POLL_SECONDS * 2**self.failures, LONGEST_PAUSE)
                self.failures += 1
                self._tell_that_it_fails(error, pause)
                self.ended.wait(pause)

    @contextlib.contextmanager
    def connected(self) -> Iterator[BaseMailBox]:
        """The mailbox, logged in, with its folder open, while a `with` block lasts."""
        kind = MailBox if self.mailbox.use_ssl else MailBoxUnencrypted
        box = kind(self.mailbox.host, self.mailbox.port, timeout=ANSWER_SECONDS)
        user, password = self.mailbox.user, self.mailbox.password
        log_in = box.login if (user + password).isascii() else box.login_utf8
        try:
            log_in(user, password, self.mailbox.folder)
            yield box
            box.logout()
        finally:
            with contextlib.suppress(OSError):
                box.client.shutdown()

    def _wait_for_news(self, box: BaseMailBox) -> None:
        """Wait until the server tells of news, where it can (IDLE), or for IMAP_POLL_SECONDS."""
        if "IDLE" not in box.client.capabilities:
            self.ended.wait(settings.IMAP_POLL_SECONDS)
            return
        box.idle.start()
        for _ in range(settings.IMAP_POLL_SECONDS):
            if self.ended.is_set() or box.idle.poll(timeout=1):
                break
        box.idle.stop()

    def _tell_that_it_answers(self) -> None:
        if not self.is_told:
            self.say(f"Mail is fetched from the mailbox of IMAP_URL at {self.mailbox.host}")
        self.is_told = True

    def _tell_that_it_fails(self, error: Exception, pause: int) -> None:
        logger.warning("mailbox failed", extra={"error": type(error).__name__, "pause": pause})
        if self.failures == 1:
            self.say(f"The mailbox of IMAP_URL {reason(error)}; it is tried again and again.")
            self.is_told = False


def reason(error: Exception) -> str:
    """What went wrong with a mailbox, to go on after "The mailbox of IMAP_URL"; no part of it."""
    name = type(error).__name__
    if isinstance(error, OSError):
        return f"does not answer ({name})"
    if name == "MailboxLoginError":
        return "refuses its user or password"
    if name == "MailboxFolderSelectError":
        return "has no such folder"
    return f"failed ({name})"


def look_into(box: BaseMailBox) -> int:
    """Store what is unseen, and mark it; how many mails were stored."""
    close_old_connections()
    try:
        box.client.noop()  # lets the server tell what came since it was asked last
        uids = box.uids("UNSEEN", charset=None)[:MOST_AT_A_TIME]
        has_folder = bool(uids) and box.folder.exists(PROCESSED)
        return sum(_take(box, uid, has_folder) for uid in uids)
    finally:
        connection.close()


def _take(box: BaseMailBox, uid: str, has_folder: bool) -> bool:
    size = _size(box, uid)
    if size is None:  # somebody else took it away
        return False
    if size > settings.MAIL_MAX_MB * 1024 * 1024:
        logger.warning("mail in the mailbox is too large", extra={"size": size})
        box.flag(uid, [MailMessageFlags.SEEN, MailMessageFlags.FLAGGED], True)
        return False
    raw = _raw(box, uid)
    if raw is None:
        return False
    way = IncomingMail.Way.IMAP
    receive(raw, way=way, evidence=Evidence(way=way).to_dict())
    box.flag(uid, MailMessageFlags.SEEN, True)
    if has_folder:
        box.move(uid, PROCESSED)
    return True


def _size(box: BaseMailBox, uid: str) -> int | None:
    for item in _fetched(box, uid, "(RFC822.SIZE)"):
        found = re.search(rb"RFC822\.SIZE (\d+)", item if isinstance(item, bytes) else item[0])
        if found:
            return int(found[1])
    return None


def _raw(box: BaseMailBox, uid: str) -> bytes | None:
    """The mail byte for byte; imap-tools would give it parsed."""
    return next(
        (item[1] for item in _fetched(box, uid, "(BODY.PEEK[])") if isinstance(item, tuple)), None
    )


def _fetched(box: BaseMailBox, uid: str, what: str) -> list:
    status, items = box.client.uid("FETCH", uid, what)
    return [item for item in items if item] if status == "OK" else []
