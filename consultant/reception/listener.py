"""The listener: a port that takes mail, and the threads that store it."""

import asyncio
import errno
import functools
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from django.conf import settings
from django.db import close_old_connections, connection

from consultant.letters.evidence import Evidence
from consultant.models import IncomingMail
from consultant.reception.receive import receive
from consultant.reception.smtp import Answers, Connections, protocol

STORING_THREADS = 4
TRY_AGAIN_SECONDS = 20
LEAVE_SECONDS = 5


class Listener:
    """Takes mail at `address` (casepilot_site.mail_in.ListenAddress) while it is open."""

    def __init__(self, address, say: Callable[[str], None] = print):
        self.address = address
        self.say = say
        self.threads = ThreadPoolExecutor(STORING_THREADS, thread_name_prefix="store-mail")
        self.storing: set[asyncio.Future] = set()
        self.connections = Connections()
        self.server: asyncio.Server | None = None

    async def open(self) -> None:
        """Listen. A port that can't be had is told once and tried again until it can."""
        answers = Answers(self.store, IncomingMail.Way(self.address.protocol))
        new_conversation = functools.partial(
            protocol,
            answers,
            self.connections,
            size=settings.MAIL_MAX_MB * 1024 * 1024,
            host_name=urlsplit(settings.SITE_URL).hostname,
        )
        is_told = False
        while self.server is None:
            try:
                self.server = await asyncio.get_running_loop().create_server(
                    new_conversation, self.address.host, self.address.port, backlog=256
                )
            except OSError as error:
                if not is_told:
                    self.say(f"Mail is not taken: {_reason(self.address, error)}")
                    is_told = True
                await asyncio.sleep(TRY_AGAIN_SECONDS)
        self.say(f"Mail for {settings.CONSULTANT_ADDRESS} is taken at {self.address}")

    async def close(self) -> None:
        """Take nothing new; what is being stored gets its answer before the connections end."""
        if self.server is not None:
            self.server.close()
        if self.storing:
            await asyncio.wait(self.storing, timeout=LEAVE_SECONDS)
            await asyncio.sleep(0.1)  # for the answers to be written
        for conversation in list(self.connections.open):
            if conversation.transport is not None:
                conversation.transport.close()
        self.threads.shutdown(wait=False, cancel_futures=True)

    async def store(self, raw: bytes, evidence: Evidence) -> None:
        """Return when the mail is committed; raise what the database raises."""
        stored = asyncio.get_running_loop().run_in_executor(self.threads, _store, raw, evidence)
        self.storing.add(stored)
        stored.add_done_callback(self.storing.discard)
        await stored


def _store(raw: bytes, evidence: Evidence) -> None:
    close_old_connections()
    try:
        receive(raw, way=evidence.way, evidence=evidence.to_dict())
    finally:
        connection.close()  # to the pool, where there is one


def _reason(address, error: OSError) -> str:
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return f"MAIL_LISTEN names no address of this machine: {address.host}."
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {address.port} is in use by another program. Name another in MAIL_LISTEN; "
            f"until then it is tried again every {TRY_AGAIN_SECONDS} seconds."
        )
    if error.errno == errno.EACCES:
        return f"port {address.port} is reserved for root; name another in MAIL_LISTEN."
    return f"{address} cannot be listened at ({errno.errorcode.get(error.errno, 'unknown error')})."
