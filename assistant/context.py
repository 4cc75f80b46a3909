"""What the assistant's box, on every page, needs of a template's context."""

import uuid

from django.conf import settings


def asking(request) -> dict:
    """`new_form_key` is another key each time it is written, one for each form."""
    return {
        "new_form_key": uuid.uuid4,
        "member_questions": settings.MEMBER_QUESTIONS_PER_DAY,
        "guest_conversation_days": settings.GUEST_CONVERSATION_DAYS,
    }
