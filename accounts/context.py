"""What the accounts add to every template."""

from django.utils.functional import SimpleLazyObject

from accounts import meter


def reading(request) -> dict:
    """`reading`, the page-view meter: looked at only where a template uses it."""
    return {"reading": SimpleLazyObject(lambda: meter.peek(request))}
