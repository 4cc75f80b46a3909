"""The page of a case: the whole thread, and what a consultant does with it."""

from functools import partial

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from consultant.actions import consulting
from consultant.actions.consulting import (
    CaseChanged,
    ConsultingError,
    LooksLikeAPatient,
    Seen,
)
from consultant.admin.case_form import CaseForm
from consultant.clock import clock_of
from consultant.drafts import draft_reply
from consultant.known_words import checked
from consultant.models import CannedText, Message, Thread
from consultant.queries.inbox import (
    cases_for,
    inbox_counts,
    member_facts,
    name_of,
)
from consultant.replies import reply_html
from consultant.shown import entries_of

_UNREAD_DRAFT = (
    "The text began as a draft by the assistant. Read it, correct it, and tick that you have read "
    "it."
)


def show_case(request, model_admin: admin.ModelAdmin, object_id: str) -> HttpResponse:
    """Show a case; a POST does one thing with it. What was written and not sent is never lost."""
    if not model_admin.has_view_or_change_permission(request):
        raise PermissionDenied
    thread = _find_or_404(request.user, object_id)
    if request.method != "POST":
        return _page(request, model_admin, thread, CaseForm.fresh(thread))
    if not model_admin.has_change_permission(request):
        raise PermissionDenied
    form = CaseForm(request.POST)
    form.is_valid()
    action = request.POST.get("action", "preview")
    deed = _DEEDS.get(action)
    if deed is None:
        raise Http404("There is no such action.")
    try:
        return deed(request, model_admin, thread, form)
    except CaseChanged as error:
        return _warned(request, model_admin, thread, form, error)
    except LooksLikeAPatient as error:
        texts = form.texts
        return _again(request, model_admin, thread, texts, looks=error, status=400)
    except ConsultingError as error:
        messages.error(request, str(error))
        return _again(request, model_admin, thread, form.texts, status=400)


def _find_or_404(user, object_id: str) -> Thread:
    cases = cases_for(user).select_related("user__plan", "assigned_to")
    try:
        return cases.get(pk=object_id)
    except (Thread.DoesNotExist, ValidationError):
        raise Http404("There is no such case.") from None


# What may be done


def _assign(request, model_admin, thread, form):
    if "assigned_to" in form.errors:
        raise ConsultingError("Choose a consultant who may work on cases.")
    to = form.cleaned_data.get("assigned_to")
    return _assigned(request, model_admin, thread, form, to)


def _assign_to_me(request, model_admin, thread, form):
    return _assigned(request, model_admin, thread, form, request.user)


def _assigned(request, model_admin, thread, form, to):
    seen = Seen.from_token(form.cleaned_data.get("seen", ""))
    consulting.assign(thread=thread, to=to, by=request.user, seen=seen)
    whose = "yours" if to == request.user else f"with {name_of(to)}" if to else "nobody’s"
    messages.success(request, f"The case is {whose} now.")
    return _done(request, model_admin, thread, form.texts)


def _note(request, model_admin, thread, form, *, how=""):
    texts = form.texts
    text, told = _as_chosen(request, thread, texts.pop("note") or "", how)
    consulting.add_note(
        thread=thread, author=request.user, text=text, form_key=_key(form), is_checked=bool(how)
    )
    messages.success(request, f"The note is kept. The member does not see it.{told}")
    return _done(request, model_admin, thread, texts)


def _insert(request, model_admin, thread, form):
    texts = form.texts
    canned = texts.pop("canned")
    if canned is None:
        raise ConsultingError("Choose a text to insert.")
    texts["reply"] = _joined(texts["reply"], canned.text)
    return _again(request, model_admin, thread, texts)


def _draft(request, model_admin, thread, form):
    texts = form.texts
    draft = draft_reply(thread)
    if not draft:
        raise ConsultingError("The case has no question that the assistant could answer.")
    texts |= {"reply": _joined(texts["reply"], draft), "is_draft": True, "is_read": False}
    return _again(request, model_admin, thread, texts)


def _preview(request, model_admin, thread, form):
    texts = form.texts
    found = checked(texts["reply"] or "", thread=thread, author=request.user)
    looks = LooksLikeAPatient(Message.Kind.REPLY, found) if found.found else None
    return _again(request, model_admin, thread, texts, is_preview=True, looks=looks)


def _send(request, model_admin, thread, form, *, how=""):
    texts = form.texts
    if texts["is_draft"] and not texts["is_read"]:
        raise ConsultingError(_UNREAD_DRAFT)
    text, told = _as_chosen(request, thread, texts["reply"] or "", how)
    consulting.reply(
        thread=thread,
        author=request.user,
        text=text,
        form_key=_key(form),
        seen=Seen.from_token(form.cleaned_data.get("seen", "")),
        is_checked=bool(how),
    )
    messages.success(request, f"The reply is on its way to the member.{told}")
    return _done(request, model_admin, thread, {"note": texts["note"]})


def _as_chosen(request, thread, text: str, how: str) -> tuple[str, str]:
    """The text as its writer chose after what looks like patient data was shown, and what of it is
    masked, in words.
    """
    if how != "masked":
        return text, ""
    found = checked(text, thread=thread, author=request.user)
    marks = ", ".join(dict.fromkeys(each.mark for each in found.found))
    return found.text, f" Masked in it: {marks}." if marks else ""


def _close(request, model_admin, thread, form):
    if consulting.close(thread=thread, by=request.user):
        messages.success(request, "The case is closed. It can be opened again.")
    return _done(request, model_admin, thread, form.texts)


def _reopen(request, model_admin, thread, form):
    if consulting.reopen(thread=thread, by=request.user):
        messages.success(request, "The case waits for a person again; its clock starts anew.")
    return _done(request, model_admin, thread, form.texts)


_DEEDS = {
    "assign": _assign,
    "assign-to-me": _assign_to_me,
    "note": _note,
    "note-masked": partial(_note, how="masked"),
    "note-as-written": partial(_note, how="as-written"),
    "insert": _insert,
    "draft": _draft,
    "preview": _preview,
    "send": _send,
    "send-masked": partial(_send, how="masked"),
    "send-as-written": partial(_send, how="as-written"),
    "close": _close,
    "reopen": _reopen,
}


def _key(form: CaseForm) -> str:
    return str(form.cleaned_data.get("form_key") or "")


def _joined(before: str | None, more: str) -> str:
    """Both texts with a blank line between them."""
    return "\n\n".join(filter(None, [(before or "").rstrip(), more.strip()]))


# What is shown then


def _done(request, model_admin, thread, texts) -> HttpResponse:
    """Lead back to the page, or show it with what is written there and not sent yet."""
    if any((texts.get(name) or "").strip() for name in ("reply", "note")):
        return _again(request, model_admin, thread, texts)
    return HttpResponseRedirect(reverse("admin:consultant_thread_change", args=[thread.pk]))


def _again(request, model_admin, thread, texts, **options) -> TemplateResponse:
    thread = _find_or_404(request.user, thread.pk)
    return _page(request, model_admin, thread, CaseForm.fresh(thread, **texts), **options)


def _warned(request, model_admin, thread, form, error: CaseChanged) -> TemplateResponse:
    seen = Seen.from_token(form.cleaned_data.get("seen", ""))
    return _again(
        request,
        model_admin,
        thread,
        form.texts,
        changes=error.changes,
        seen_message=seen and seen.message,
        status=409,
    )


def _page(
    request, model_admin, thread, form, *, is_preview=False, looks=None, changes=(),
    seen_message=None, status=200,
) -> TemplateResponse:  # fmt: skip
    reply = form["reply"].value() or ""
    context = {
        **model_admin.admin_site.each_context(request),
        "title": thread.subject,
        "opts": model_admin.opts,
        "case": thread,
        "form": form,
        "entries": entries_of(thread, seen_message=seen_message),
        "member": member_facts(thread, reader=request.user),
        "assigned_to": name_of(thread.assigned_to),
        "is_mine": thread.assigned_to_id == request.user.pk,
        "is_draft": bool(form["is_draft"].value()),
        "clock": clock_of(thread.due_at) if thread.due_at else None,
        "canned_texts": CannedText.objects.all(),
        "looks": looks,
        "changes": changes,
        "is_preview": is_preview,
        "preview": reply_html(reply) if is_preview else "",
        "waiting": inbox_counts(request.user),
        "reply_hours": settings.CONSULTANT_REPLY_HOURS,
        "may_change": model_admin.has_change_permission(request),
        "may_delete": model_admin.has_delete_permission(request),
    }
    return TemplateResponse(request, "admin/consultant/thread/case.html", context, status=status)
