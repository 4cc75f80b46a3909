"""Whose request it is, and what of the stored conversations is theirs."""

from django.db.models import QuerySet
from django.http import Http404

from accounts.guest import guest_of
from assistant import actions
from assistant.models import Conversation, Turn


def conversations_of(request) -> QuerySet[Conversation]:
    """The conversations of the request's reader.

    What this browser asked as a guest before its reader logged in becomes the member's.
    """
    user, guest = request.user, guest_of(request)
    if user.is_authenticated and guest:
        actions.take_over(user=user, guest=guest)
    return Conversation.objects.of_reader(user, guest)


def conversation_or_404(request, pk) -> Conversation:
    """One conversation of the reader's; for anybody else there is none."""
    conversation = conversations_of(request).filter(pk=pk).first()
    if conversation is None:
        raise Http404("There is no such conversation.")
    return conversation


def turn_or_404(request, pk, turn: int) -> Turn:
    """One turn of a conversation of the reader's."""
    conversation = conversation_or_404(request, pk)
    found = conversation.turns.filter(pk=turn).first()
    if found is None:
        raise Http404("There is no such question.")
    found.conversation = conversation
    return found
