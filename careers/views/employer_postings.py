"""An employer's own side: the dashboard, and writing and steering postings."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from careers.access import for_members, own_posting
from careers.actions import postings as actions
from careers.actions.postings import EMPLOYER_STEPS, StepError
from careers.forms.posting import PostingForm
from careers.models import Membership, Posting
from careers.queries.allowance import postings_allowed, postings_left
from careers.queries.employers import dashboard_parts

# The step of each button, and its words.
STEP_WORDS = {
    Posting.State.SUBMITTED: "Submit for approval",
    Posting.State.DRAFT: "Take back to edit",
    Posting.State.FILLED: "Mark as filled",
    Posting.State.WITHDRAWN: "Withdraw",
    Posting.State.ARCHIVED: "Archive",
}


@require_safe
@for_members
def dashboard(request, employer):
    """The employer's postings with their views, saves and applications.

    Context: `employer`, `parts` (title, postings), `allowed` and `left` (None: unlimited),
    `is_owner`.
    """
    context = {
        "employer": employer,
        "parts": dashboard_parts(employer),
        "allowed": postings_allowed(employer),
        "left": postings_left(employer),
        "is_owner": request.membership.role == Membership.Role.OWNER,
    }
    return render(request, "careers/dashboard.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_members
def posting_create(request, employer):
    """A new posting: saved as a draft, or submitted at once."""
    form = PostingForm(request.POST or None, instance=Posting(employer=employer))
    if request.method == "POST" and form.is_valid():
        return _save(request, employer, form)
    return render(request, "careers/posting_form.html", {"form": form, "employer": employer})


@require_http_methods(["GET", "HEAD", "POST"])
@for_members
def posting_edit(request, employer, pk):
    """A posting with its history and the steps it may take now."""
    posting = own_posting(employer, pk)
    form = PostingForm(request.POST or None, instance=posting)
    if request.method == "POST" and form.is_valid() and not posting.is_closed:
        return _save(request, employer, form)
    shown = own_posting(employer, pk)
    context = {
        "form": None if shown.is_closed else form,
        "employer": employer,
        "posting": shown,
        "changes": shown.changes.select_related("by"),
        "steps": [(to.value, STEP_WORDS[to]) for to in _steps(shown)],
    }
    return render(request, "careers/posting_form.html", context)


@require_POST
@for_members
def posting_step(request, employer, pk):
    """Takes one of the employer's steps."""
    posting = own_posting(employer, pk)
    to = request.POST.get("to", "")
    try:
        if to not in EMPLOYER_STEPS[Posting.State(posting.state)]:
            raise StepError("This step is not possible now: the posting has changed meanwhile.")
        if to == Posting.State.SUBMITTED:
            actions.submit(posting=posting, by=request.user)
        else:
            actions.take_step(posting=posting, to=to, by=request.user)
    except StepError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"“{posting.title}”: {posting.get_state_display().lower()}.")
    return redirect("careers:dashboard", employer.slug)


@require_POST
@for_members
def posting_again(request, employer, pk):
    """A new draft like a posting."""
    copy = actions.post_again(posting=own_posting(employer, pk), by=request.user)
    messages.success(request, "A new draft like it is ready. Look it through and submit it.")
    return redirect("careers:posting_edit", employer.slug, copy.pk)


def _save(request, employer, form):
    data = form.cleaned_data
    posting = form.save(commit=False)
    actions.save_posting(
        posting=posting,
        locations=data["places"],
        credentials=list(data["credentials"]),
        by=request.user,
        changed=form.changed_labels,
    )
    may_submit = Posting.State.SUBMITTED in EMPLOYER_STEPS[Posting.State(posting.state)]
    if request.POST.get("do") == "submit" and may_submit:
        try:
            actions.submit(posting=posting, by=request.user)
        except StepError as error:
            messages.error(request, f"The draft is saved, but not submitted: {error}")
            return redirect("careers:posting_edit", employer.slug, posting.pk)
        messages.success(request, f"“{posting.title}” is submitted. We mail you once it is live.")
        return redirect("careers:dashboard", employer.slug)
    messages.success(request, f"“{posting.title}” is saved.")
    return redirect("careers:posting_edit", employer.slug, posting.pk)


def _steps(posting: Posting) -> list[Posting.State]:
    order = list(STEP_WORDS)
    return sorted(EMPLOYER_STEPS[Posting.State(posting.state)], key=order.index)
