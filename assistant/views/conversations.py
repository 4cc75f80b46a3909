"""A reader's conversations: each, the list of them, and what can be done with one."""

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import daily_allowance
from accounts.daily_allowance import Kind
from assistant import actions
from assistant.export import as_json, as_markdown
from assistant.publishers import with_publisher_lines
from assistant.subject import read_subject
from assistant.views.reader import conversation_or_404, conversations_of

PAGE_SIZE = 25


@require_safe
@never_cache
def conversation_list(request):
    """The reader's conversations, the newest first; with `q` those that say all its words.

    Context: `conversations`, `page_obj`, `query`.
    """
    query = request.GET.get("q", "").replace("\0", "")[:200].strip()
    found = conversations_of(request).saying(query)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"conversations": page.object_list, "page_obj": page, "query": query}
    return render(request, "assistant/conversation_list.html", context)


@require_safe
@never_cache
def conversation_detail(request, pk):
    """The turns of a conversation and the box for the next question.

    A guest is told to log in where it is none of theirs: a member's session may have ended.

    Context: `conversation`, `turns`, `subject` and `date` (of the last turn), `allowance`.
    """
    try:
        conversation = conversation_or_404(request, pk)
    except Http404:
        if request.user.is_authenticated:
            raise
        context = {"kept_days": settings.GUEST_CONVERSATION_DAYS}
        return render(request, "assistant/conversation_missing.html", context, status=404)
    turns = with_publisher_lines(list(conversation.turns.select_related("feedback")))
    context = {
        "conversation": conversation,
        "turns": turns,
        "subject": read_subject(turns[-1].subject) if turns else None,
        "date": turns[-1].kept_date if turns else None,
        "allowance": daily_allowance.peek(request, Kind.QUESTION),
    }
    return render(request, "assistant/conversation_detail.html", context)


@require_POST
def conversation_rename(request, pk):
    conversation = conversation_or_404(request, pk)
    actions.rename(conversation=conversation, title=request.POST.get("title", ""))
    return redirect(conversation)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def conversation_delete(request, pk):
    """Asks first; a conversation that is deleted is gone."""
    conversation = conversation_or_404(request, pk)
    if request.method != "POST":
        return render(request, "assistant/conversation_delete.html", {"conversation": conversation})
    actions.delete(conversation=conversation)
    messages.success(request, f"“{conversation.title}” is deleted.")
    return redirect("assistant:conversation_list")


@require_POST
def conversation_share(request, pk):
    """Make the private link, or let it show what was asked since."""
    conversation = conversation_or_404(request, pk)
    actions.share(conversation=conversation)
    messages.success(request, "Whoever has the link can read this conversation up to here.")
    return redirect(f"{conversation.get_absolute_url()}#share")


@require_POST
def conversation_unshare(request, pk):
    conversation = conversation_or_404(request, pk)
    actions.stop_sharing(conversation=conversation)
    messages.success(request, "The link no longer works.")
    return redirect(conversation)


@require_safe
@never_cache
def conversation_export(request, pk):
    """The whole conversation as a file: `format` is md or json."""
    conversation = conversation_or_404(request, pk)
    turns = with_publisher_lines(list(conversation.turns.all()))
    name = slugify(conversation.title)[:60] or "conversation"
    wanted = request.GET.get("format", "md")
    if wanted == "json":
        response = JsonResponse(
            as_json(conversation, turns), json_dumps_params={"indent": 2, "ensure_ascii": False}
        )
    elif wanted == "md":
        response = HttpResponse(
            as_markdown(conversation, turns), content_type="text/markdown; charset=utf-8"
        )
    else:
        raise Http404("A conversation is exported as md or json.")
    response["Content-Disposition"] = f'attachment; filename="{name}.{wanted}"'
    return response
