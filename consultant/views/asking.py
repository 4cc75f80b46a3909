"""A member's cases, and the form that asks: what it is for guests."""

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import daily_allowance
from accounts.daily_allowance import Allowance, Kind
from consultant.actions import asking
from consultant.actions.asking import NoMailsLeft
from consultant.actions.threads import threads_of
from consultant.forms import CaseForm
from consultant.models import Message, Thread
from consultant.queries.threads import threads_saying
from consultant.views.uploads import taking_files

PAGE_SIZE = 20


@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_cache=True)
@taking_files
@sensitive_post_parameters("text")
def thread_list(request):
    """What CaseConsultant is; for members the form, and their cases, the latest first.

    With `q` those that say all its words. Context: `form`, `refused` (an Allowance that is used
    up), `allowance`, `threads`, `page_obj`, `query`, and what `about` gives.
    """
    if not request.user.is_authenticated:
        if request.method == "POST":
            return redirect_to_login(request.path)
        return render(request, "consultant/landing.html", about())
    form, refused = CaseForm(), None
    if request.method == "POST":
        form = CaseForm(request.POST, request.FILES)
        if form.is_valid():
            asked, refused = ask(request.user, form)
            if asked:
                return to_message(asked)
    query = request.GET.get("q", "").replace("\0", "")[:200].strip()
    found = threads_saying(threads_of(request.user), query)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "refused": refused,
        "allowance": daily_allowance.peek(request, Kind.MAIL),
        "threads": page.object_list,
        "page_obj": page,
        "query": query,
        **about(),
    }
    return render(request, "consultant/thread_list.html", context)


def about() -> dict:
    """What the pages say of the service: its address, times and limits."""
    name, _, domain = settings.CONSULTANT_ADDRESS.rpartition("@")
    return {
        "address": settings.CONSULTANT_ADDRESS,
        "address_name": name,
        "address_domain": domain,
        "member_mails": settings.MEMBER_MAILS_PER_DAY,
        "reply_hours": settings.CONSULTANT_REPLY_HOURS,
        "keep_days": settings.CONSULTANT_KEEP_DAYS,
        "most_megabytes": settings.MAIL_MAX_MB,
    }


def ask(user, form: CaseForm, thread: Thread | None = None) -> tuple[Message | None, Allowance]:
    """Ask what a valid form holds; without a message the allowance is used up."""
    data = form.cleaned_data
    key = asking.key_of("web", str(user.pk), str(thread and thread.pk), *form.asked_with)
    attachments = [
        {name: file[name] for name in ("name", "text", "problem")} for file in data["files"]
    ]
    try:
        message = asking.ask(
            user=user,
            text=data["text"],
            via=Message.Via.WEB,
            question_key=key,
            attachments=attachments,
            subject="" if data["text"] else attachments[0]["name"],
            thread=thread,
            date_of_service=data["date_of_service"],
        )
    except NoMailsLeft as refused:
        return None, refused.allowance
    return message, None


def to_message(message: Message) -> HttpResponseRedirect:
    """To the message on its thread's page."""
    response = HttpResponseRedirect(f"{message.thread.get_absolute_url()}#message-{message.pk}")
    response.status_code = 303
    return response
