"""A Dovecot of the test's own: on a loopback port, with its own settings and folders."""

import contextlib
import getpass
import grp
import imaplib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from tests.consultant.reception.conversations import free_port

PASSWORD = "correct-horse"
SETTINGS = """
protocols = imap
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
ssl = no
disable_plaintext_auth = no
auth_failure_delay = 0
listen = 127.0.0.1
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 1
{users}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u
}}
service anvil {{
  {chroot}
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  {chroot}
}}
service imap-login {{
  {chroot}
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""


def program() -> str | None:
    return shutil.which("dovecot", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")


class Dovecot:
    """The server while a `with` block lasts; it can be ended and started again on its port."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="casepilot-dovecot-"))
        self.folder.chmod(0o755)
        self.port = free_port()
        self.process = None
        mail = self.folder / "mail"
        mail.mkdir()
        is_root = os.getuid() == 0
        user = "nobody" if is_root else getpass.getuser()
        if is_root:
            shutil.chown(mail, user)
        group = grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name
        # Dovecot's own programs run as users of its own, where root may let them.
        own = [f"default_internal_user = {user}", f"default_login_user = {user}",
               f"default_internal_group = {group}"]  # fmt: skip
        (self.folder / "conf").write_text(
            SETTINGS.format(
                folder=self.folder,
                users="" if is_root else "\n".join(own),
                chroot="" if is_root else "chroot =",
                password=PASSWORD,
                user=user,
                group=group,
                port=self.port,
            )
        )

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self):
        self.process = subprocess.Popen(
            [program(), "-F", "-c", self.folder / "conf"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        end = time.monotonic() + 30
        while True:
            with contextlib.suppress(OSError, imaplib.IMAP4.abort), self.client(timeout=2):
                return
            assert self.process.poll() is None and time.monotonic() < end, self.log()
            time.sleep(0.05)

    def end(self):
        """End it with its conversations, which would go on for half a minute."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)

    def log(self):
        log = self.folder / "log"
        return log.read_text() if log.exists() else "no log"

    @contextlib.contextmanager
    def client(self, timeout=30):
        """A connection of the owner of the mailbox, with the folder INBOX open."""
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=timeout)
        try:
            client.login("ann", PASSWORD)
            client.select()
            yield client
        finally:
            client.logout()

    def deliver(self, *mails):
        with self.client() as client:
            for mail in mails:
                assert client.append("INBOX", "", "", mail)[0] == "OK"

    def with_flag(self, flag, folder="INBOX"):
        """How many mails of the folder match a word of SEARCH: SEEN, UNSEEN, FLAGGED, ALL."""
        with self.client() as client:
            client.select(folder, readonly=True)
            return len(client.search(None, flag)[1][0].split())
