"""What answers waiting questions at once."""

from consultant.answering import answer_question
from consultant.models import Message


def answer_waiting() -> list[Message]:
    """Answer all questions that wait; the answers."""
    questions = Message.objects.filter(state=Message.State.WAITING)
    waiting = list(questions.values_list("pk", flat=True))
    for pk in waiting:
        answer_question(pk)
    return list(Message.objects.filter(kind=Message.Kind.ANSWER, answer_to__in=waiting))
