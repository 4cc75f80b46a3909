"""Notices that go to one address once a day at most."""

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from consultant.models import Notice


@transaction.atomic
def may_tell(*, kind: str, address: str) -> bool:
    """Whether the address was not told this today; from now on it was."""
    value = salted_hmac("consultant.notice", address.lower(), algorithm="sha256").hexdigest()
    _, is_new = Notice.objects.get_or_create(
        kind=kind, address_hash=value, day=timezone.localdate()
    )
    return is_new
