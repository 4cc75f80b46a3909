"""A conversation as somebody with its private link reads it."""

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from assistant.models import Conversation, Turn
from assistant.publishers import with_publisher_lines
from assistant.reading import Reader
from assistant.subject import Subject, read_subject
from assistant.views.reader import conversations_of


@require_safe
@never_cache
def shared_conversation(request, token):
    """The turns that were asked when the link was last made or renewed; nothing to do with them.

    A link opens no code's page: an answer with facts behind the meter is shown to whom the pages
    of all its codes are open already, as to the member who made the link.

    Context: `conversation`, `turns`, each with `locked_codes`.
    """
    conversation = Conversation.objects.filter(share_token=token).first() if token else None
    if conversation is None:
        raise Http404("This link does not work, or no longer.")
    turns = conversation.turns.filter(
        state=Turn.State.ANSWERED, asked_at__lte=conversation.shared_at
    )
    turns = with_publisher_lines(list(turns))
    reader = Reader(request)
    is_own = conversations_of(request).filter(pk=conversation.pk).exists()
    for turn in turns:
        turn.locked_codes = [] if is_own else _locked(turn, reader)
    context = {"conversation": conversation, "turns": turns}
    response = render(request, "assistant/shared_conversation.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


def _locked(turn: Turn, reader: Reader) -> list[Subject]:
    """The codes of an answer whose pages are not open to the reader."""
    locked = [key for key in turn.gated_codes if not reader.may_read_freely(key)]
    return [read_subject(key) or Subject(key, key, "") for key in locked]
