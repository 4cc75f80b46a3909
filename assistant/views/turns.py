"""One question: its answer as it is made, or plainly; stopping it; what the reader thinks of it."""

import json
from collections.abc import Iterator
from contextlib import closing

from django.contrib import messages
from django.http import StreamingHttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from assistant import actions
from assistant.answering import answer_now, answering, release_connection
from assistant.models import Feedback, Turn
from assistant.publishers import with_publisher_lines
from assistant.reading import Reader
from assistant.views.reader import turn_or_404

# Milliseconds until a browser asks again for an answer that another tab's request is making.
ASK_AGAIN = 1000


@require_GET
@never_cache
def turn_stream(request, pk, turn):
    """The steps and the answer of a question as server-sent events.

    `step` is a line of text, `answer` the turn's HTML, `state` says why there is no answer, `wait`
    that another request is making it. An answer that is there already comes at once; asked for
    twice, it is made once.
    """
    found = turn_or_404(request, pk, turn)
    response = StreamingHttpResponse(
        _events(request, found, Reader(request)), content_type="text/event-stream"
    )
    response["X-Accel-Buffering"] = "no"
    # The events take a connection when they need one, and hold none while they wait.
    release_connection()
    return response


def _events(request, turn: Turn, reader: Reader) -> Iterator[str]:
    try:
        if turn.state in (Turn.State.WAITING, Turn.State.ANSWERING) and not actions.claim(
            turn=turn
        ):
            actions.look_again(turn=turn)
            if turn.state == Turn.State.ANSWERING:
                yield f"retry: {ASK_AGAIN}\n" + _event("wait", "Another page is asking.")
                return
        elif turn.state == Turn.State.ANSWERING:
            with closing(answering(turn, reader, request)) as steps:
                for step in steps:
                    yield _event("step", step.text)
        if turn.state == Turn.State.ANSWERED:
            yield _event("answer", _turn_html(request, turn))
        else:
            yield _event("state", turn.state)
    finally:
        release_connection()


def _event(name: str, data: str) -> str:
    # JSON keeps line ends, which would end the event, out of the data.
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"


def _turn_html(request, turn: Turn) -> str:
    with_publisher_lines([turn])
    return render_to_string(
        "assistant/turn_answered.html", {"turn": turn, "is_last": True}, request
    )


@require_POST
def turn_answer(request, pk, turn):
    """Answer a waiting or stopped question without streaming."""
    found = turn_or_404(request, pk, turn)
    answer_now(found, Reader(request), request)
    return _to_turn(found)


@require_POST
def turn_stop(request, pk, turn):
    found = turn_or_404(request, pk, turn)
    actions.stop(turn=found)
    return _to_turn(found)


@require_POST
def turn_feedback(request, pk, turn):
    """Thumbs up or down, or a mistake, with a comment: for the editors."""
    found = turn_or_404(request, pk, turn)
    verdict = request.POST.get("verdict", "")
    if found.state != Turn.State.ANSWERED or verdict not in Feedback.Verdict.values:
        messages.error(request, "Say whether the answer was helpful, or what is wrong with it.")
        return _to_turn(found)
    actions.give_feedback(turn=found, verdict=verdict, comment=request.POST.get("comment", ""))
    messages.success(request, "Thank you. An editor will see it with the question and its answer.")
    return _to_turn(found)


def _to_turn(turn: Turn):
    return redirect(f"{turn.conversation.get_absolute_url()}#turn-{turn.pk}")
