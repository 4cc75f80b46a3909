"""What the way a mail came by tells of its sender, beside the mail itself."""

import re
from dataclasses import asdict, dataclass, field
from typing import Self


@dataclass(frozen=True)
class Evidence:
    """Stored with the mail, since its authentication happens later, in the background.

    `client_ip` and `helo` are those of the server that handed the mail over: to the listener, or to
    a provider that tells them. `mail_from` is the sender of the envelope, "" for a bounce or where
    nobody told, and `recipients` are those of the envelope. `way` is an IncomingMail.Way.

    `verdicts` are a provider's own, from a webhook whose signature was right, never what the mail
    says of itself: `spf` (of `mail_from`), `dkim`, `dmarc` as "pass", "fail", "none" ... in RFC
    8601's words, and `dkim_domain`, the domain of the signature that passed, where it is told.
    """

    client_ip: str = ""
    helo: str = ""
    mail_from: str = ""
    recipients: tuple[str, ...] = ()
    way: str = ""
    verdicts: dict[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict:
        """As JSON takes it, for IncomingMail.evidence."""
        return asdict(self) | {"recipients": list(self.recipients)}

    @classmethod
    def from_dict(cls, stored: dict) -> Self:
        """The evidence of IncomingMail.evidence; what is missing there is empty."""
        known = {name: stored[name] for name in cls.__dataclass_fields__ if name in stored}
        return cls(**known | {"recipients": tuple(stored.get("recipients", ()))})


def plain(text: str) -> str:
    """What another program said, as it can be stored: no control signs, no bytes of other charsets,
    320 characters at most, which an address may have.
    """
    text = re.sub(r"[\x00-\x1f\x7f]", "", text)
    return re.sub(r"[\ud800-\udfff]", "\ufffd", text)[:320]
