"""What our listener says in SMTP and LMTP: aiosmtpd with our recipients, limits and answers.

Rules are those of RFC 5321 (SMTP), 2033 (LMTP), 1870 (SIZE), 6152 (8BITMIME), 6531 (SMTPUTF8).
"""

import asyncio
import collections
import logging
import re
from collections.abc import Awaitable, Callable

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP

from consultant.addresses import is_ours
from consultant.letters.evidence import Evidence, plain
from consultant.models import IncomingMail

logger = logging.getLogger(__name__)

MOST_CONNECTIONS = 250
MOST_DATA_AT_A_TIME = 20  # mails that are on their way into memory; others wait for their 354
WAIT_FOR_DATA = 60  # seconds
STORE_SECONDS = 60
MOST_RECIPIENTS = 100  # RFC 5321, 4.5.3.1.8
LINE_LENGTH = 8192  # bytes; RFC 5321 asks for 1000, and many programs write longer lines
COMMAND_LENGTH = 1024  # bytes
SILENCE_SECONDS = 300  # RFC 5321, 4.5.3.2.7
# Mail servers keep a connection for many mails; who goes beyond is asked to open another.
MOST_COMMANDS = {"*": 20, "MAIL": 500, "RCPT": 2000, "DATA": 500, "RSET": 500, "NOOP": 100}
# A line that ends in CR or LF alone ends nowhere for one server and ends the mail for another:
# that is how a mail is smuggled inside a mail.
BARE_LINE_END = re.compile(rb"(?<!\r)\n|\r(?!\n)")

NOT_STORED = "451 4.3.0 The mail could not be stored; try again later"
STORED = "250 2.0.0 Stored"

Store = Callable[[bytes, Evidence], Awaitable[None]]


class Answers:
    """What is answered to recipients and mails; `store` returns when the mail is committed."""

    def __init__(self, store: Store, way: str):
        self.store = store
        self.way = way

    async def handle_MAIL(self, server, session, envelope, address, options):
        if not address.isascii() and not envelope.smtp_utf8:
            return "553 5.6.7 An address that is not ASCII needs SMTPUTF8"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if not is_ours(address):
            return "550 5.1.1 No such mailbox here"
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        if BARE_LINE_END.search(envelope.content):
            logger.warning("mail with bare line ends refused", extra={"way": self.way})
            server.is_done = True
            return "550 5.6.11 Lines must end with CR LF"
        evidence = Evidence(
            client_ip=session.peer[0].partition("%")[0].removeprefix("::ffff:"),
            helo=plain(session.host_name),
            mail_from=plain(envelope.mail_from.strip("<>")),
            recipients=tuple(plain(address) for address in envelope.rcpt_tos),
            way=self.way,
        )
        try:
            await asyncio.wait_for(self.store(envelope.content, evidence), STORE_SECONDS)
        except Exception as error:
            kind = type(error).__name__
            logger.error("mail not stored", extra={"way": self.way, "error": kind})
            return NOT_STORED
        return STORED

    async def handle_exception(self, error):
        logger.error("conversation failed", extra={"error": type(error).__name__})
        return "451 4.3.0 This could not be done; try again later"


class Connections:
    """What the conversations of one listener share: how many there are, and whose turn it is."""

    def __init__(self):
        self.open: set[SMTP] = set()
        self.data_turns = asyncio.Semaphore(MOST_DATA_AT_A_TIME)


class LimitedSmtp(SMTP):
    """One conversation, within our limits."""

    def __init__(self, answers: Answers, connections: Connections, *, size: int, host_name: str):
        super().__init__(
            answers,
            data_size_limit=size,
            enable_SMTPUTF8=True,
            hostname=host_name,
            ident="ready",
            timeout=SILENCE_SECONDS,
            command_call_limit=MOST_COMMANDS,
            loop=asyncio.get_running_loop(),
        )
        # aiosmtpd keeps these with the class, where each greeting of anybody would raise them.
        self.command_size_limits = collections.defaultdict(lambda: COMMAND_LENGTH)
        self.connections = connections
        self.is_refused = False
        self.is_done = False
        self.received = 0  # bytes since our last answer

    line_length_limit = LINE_LENGTH

    def connection_made(self, transport):
        if len(self.connections.open) >= MOST_CONNECTIONS:
            self.is_refused = True
            transport.write(b"421 4.7.0 Too many connections; try again later\r\n")
            transport.close()
            return
        self.connections.open.add(self)
        super().connection_made(transport)

    def data_received(self, data):
        if self.is_refused:
            return
        self.received += len(data)
        # What is too large is read on and thrown away, so that its sender hears the 552; but not
        # for ever, and a line without an end is kept in memory.
        if self.received > 4 * self.data_size_limit:
            self.transport.write(b"552 5.3.4 Too much mail data\r\n")
            self.transport.close()
            self.is_refused = True
            return
        super().data_received(data)

    def eof_received(self):
        return None if self.is_refused else super().eof_received()

    def connection_lost(self, error):
        self.connections.open.discard(self)
        if self.session is not None:
            super().connection_lost(error)

    async def push(self, status):
        self.received = 0
        await super().push(status)

    async def smtp_DATA(self, arg):
        turns = self.connections.data_turns
        try:
            await asyncio.wait_for(turns.acquire(), WAIT_FOR_DATA)
        except TimeoutError:
            await self.push("451 4.3.2 Too many mails at a time; try again later")
            return
        try:
            await super().smtp_DATA(arg)
        finally:
            turns.release()
        if self.is_done and self.transport is not None:
            self.transport.close()


class LimitedLmtp(LimitedSmtp, LMTP):
    """LMTP answers a mail once for each of its recipients, and what comes before it once."""

    answer_count = 1

    async def smtp_DATA(self, arg):
        try:
            await super().smtp_DATA(arg)
        finally:
            self.answer_count = 1

    async def push(self, status):
        await super().push("\r\n".join([status] * self.answer_count))
        if status.startswith("354"):
            self.answer_count = len(self.envelope.rcpt_tos)


def protocol(
    answers: Answers, connections: Connections, *, size: int, host_name: str
) -> LimitedSmtp:
    """A new conversation in the protocol of the answers' way."""
    kind = LimitedLmtp if answers.way == IncomingMail.Way.LMTP else LimitedSmtp
    return kind(answers, connections, size=size, host_name=host_name)
