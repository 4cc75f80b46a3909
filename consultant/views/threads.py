"""One case of a member's: its page, and what can be done with it."""

from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import daily_allowance
from accounts.daily_allowance import Kind
from consultant.actions import threads
from consultant.forms import CaseForm, VerdictForm
from consultant.mails.answers import moment
from consultant.models import Message, Thread
from consultant.queries.threads import messages_shown
from consultant.shown import is_waiting, publisher_lines_of_messages, shown_messages
from consultant.views.asking import about, ask, to_message
from consultant.views.uploads import taking_files


def of_member(view):
    """Give the view the thread instead of its key; for anybody but its member there is none."""

    @login_required
    @wraps(view)
    def wrapped(request, pk, **kwargs):
        thread = threads.threads_of(request.user).filter(pk=pk).first()
        if thread is None:
            raise Http404("There is no such case.")
        return view(request, thread, **kwargs)

    return wrapped


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@taking_files
@sensitive_post_parameters("text")
@of_member
def thread_detail(request, thread):
    """The messages of a case and the form to go on; a POST asks further.

    Context: `thread`, `shown` (ShownMessage), `publisher_lines`, `is_waiting`
    (whether one is being made), `form`, `refused`, `allowance`, and what `about` gives.
    """
    form, refused = CaseForm(), None
    if request.method == "POST":
        form = CaseForm(request.POST, request.FILES)
        if form.is_valid():
            asked, refused = ask(request.user, form, thread)
            if asked:
                return to_message(asked)
    shown = shown_messages(thread)
    context = {
        "thread": thread,
        "shown": shown,
        "publisher_lines": publisher_lines_of_messages(shown),
        "is_waiting": is_waiting(shown),
        "form": form,
        "refused": refused,
        "allowance": daily_allowance.peek(request, Kind.MAIL),
        **about(),
    }
    return render(request, "consultant/thread_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@of_member
def thread_delete(request, thread):
    """Asks first; a case that is deleted is gone, with its mails that were not sent yet."""
    if request.method != "POST":
        return render(request, "consultant/thread_delete.html", {"thread": thread})
    threads.delete(thread=thread)
    messages.success(request, f"“{thread.subject}” is deleted, with everything in it.")
    return redirect("consultant:thread_list")


@require_POST
@of_member
def thread_escalate(request, thread):
    """Ask a person."""
    threads.escalate(thread=thread, why=Thread.Escalation.ASKED)
    messages.success(request, _promise(thread))
    return redirect(thread)


@require_POST
@of_member
def message_verdict(request, thread, message):
    """Whether an answer or a reply helped, with a comment; one that did not goes to a person."""
    judged = _judged_or_404(thread, message)
    form = VerdictForm(request.POST)
    if not form.is_valid():
        messages.error(
            request, "Say whether it was helpful; a comment has at most 2,000 characters."
        )
        return redirect(f"{thread.get_absolute_url()}#message-{judged.pk}")
    is_handed_over = threads.give_verdict(message=judged, **form.cleaned_data)
    thanks = f"Thank you. {_promise(judged.thread)}" if is_handed_over else "Thank you."
    messages.success(request, thanks)
    return redirect(f"{thread.get_absolute_url()}#message-{judged.pk}")


def _judged_or_404(thread: Thread, pk: int) -> Message:
    judged = messages_shown().filter(thread=thread, pk=pk).exclude(kind=Message.Kind.QUESTION)
    found = judged.select_related("thread").first()
    if found is None:
        raise Http404("There is no such answer.")
    return found


def _promise(thread: Thread) -> str:
    thread.refresh_from_db()
    if thread.due_at is None:
        return "A consultant will look at your case."
    return f"A consultant will look at your case and answer by {moment(thread.due_at)}."
