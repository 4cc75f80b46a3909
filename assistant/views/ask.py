"""The assistant's page: its box, and the questions that every box of the site sends here."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import daily_allowance
from accounts.daily_allowance import Kind
from accounts.guest import guest_of, keep_guest
from assistant import actions
from assistant.answering import answer_now
from assistant.forms import AskForm, date_sent
from assistant.reading import Reader
from assistant.subject import read_subject
from assistant.views.reader import conversations_of
from search.identifiers import mask

RECENT = 6


@sensitive_post_parameters("question")
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_cache=True)
def ask(request):
    """The box with its topics and examples, and the reader's newest conversations; or a question.

    A question leads to its conversation. With `stream` the page there asks for the answer; else
    it is answered before. What cannot be asked is shown again with the sentence why.

    Context: `form`, `subject` (Subject or None), `question`, `date`, `allowance`, `recent`.
    """
    if request.method == "POST":
        return _asked(request)
    subject = read_subject(request.GET.get("subject", ""))
    question = request.GET.get("question", "")[:1000]
    return _box(request, question=question, subject=subject)


def _asked(request):
    form = AskForm(request.POST)
    subject = read_subject(request.POST.get("subject", ""))
    if not form.is_valid():
        return _box(request, form=form, question=request.POST.get("question", ""), subject=subject)
    values = form.cleaned_data
    question = mask(values["question"])
    conversation = None
    if values["conversation"]:
        conversation = conversations_of(request).filter(pk=values["conversation"]).first()
        if conversation is None:
            said = "That conversation is not there any more. Ask again to begin a new one."
            if not request.user.is_authenticated:
                said += " If it is yours, log in first."
            messages.warning(request, said)
            return _box(request, question=question, subject=subject)
    try:
        turn = actions.ask(
            request=request,
            question=question,
            form_key=values["key"],
            date_of_service=values["date"] or timezone.localdate(),
            subject=subject.key if subject else "",
            conversation=conversation,
        )
    except actions.NoQuestionsLeft as refused:
        context = {"refused": refused.allowance, "conversation": conversation}
        return _box(request, question=question, subject=subject, **context)
    except actions.FormUsed:
        messages.warning(request, "This form was sent before. Ask again.")
        return _box(request, question=question, subject=subject)
    if not values["stream"]:
        answer_now(turn, Reader(request), request)
    response = HttpResponseRedirect(f"{turn.conversation.get_absolute_url()}#turn-{turn.pk}")
    response.status_code = 303
    if not request.user.is_authenticated and guest_of(request) is None:
        keep_guest(request, response)
    return response


def _box(request, *, question="", subject=None, form=None, **context):
    context = {
        "form": form,
        "question": question,
        "subject": subject,
        "date": date_sent(request.POST),
        "allowance": daily_allowance.peek(request, Kind.QUESTION),
        "recent": conversations_of(request)[:RECENT],
        **context,
    }
    return render(request, "assistant/ask.html", context)
