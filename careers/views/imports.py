"""Importing an employer's postings from a file or a feed."""

import csv

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from careers.access import for_members
from careers.actions import feeds as actions
from careers.actions.feeds import FeedError
from careers.models import Feed
from careers.posting_files import COLUMNS, MOST_ROWS

MOST_CSV_BYTES = 2 * 1024 * 1024


class CsvForm(forms.Form):
    file = forms.FileField(
        label="CSV file",
        help_text=f"UTF-8, at most 2 MB and {MOST_ROWS} rows.",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MOST_CSV_BYTES:
            raise forms.ValidationError("The file is larger than 2 MB.")
        return file


class FeedForm(forms.ModelForm):
    class Meta:
        model = Feed
        fields = ["url"]
        labels = {"url": "Address of the feed"}
        help_texts = {"url": "JSON with schema.org JobPosting objects. It is read every night."}


@require_http_methods(["GET", "HEAD", "POST"])
@for_members
def import_list(request, employer):
    """A file to import, the feeds, and what each import did."""
    which = request.POST.get("do", "")
    csv_form = CsvForm(
        request.POST if which == "csv" else None, request.FILES if which == "csv" else None
    )
    feed_form = FeedForm(request.POST if which == "feed" else None)
    if which == "csv" and csv_form.is_valid():
        file = csv_form.cleaned_data["file"]
        done = actions.import_csv(
            employer=employer, content=file.read(), name=file.name, by=request.user
        )
        _tell(request, done)
        return redirect("careers:import_list", employer.slug)
    if which == "feed" and feed_form.is_valid():
        try:
            feed = actions.add_feed(
                employer=employer, url=feed_form.cleaned_data["url"], by=request.user
            )
        except FeedError as error:
            feed_form.add_error("url", str(error))
        else:
            _tell(request, actions.read_feed(feed=feed, by=request.user))
            return redirect("careers:import_list", employer.slug)
    context = {
        "employer": employer,
        "csv_form": csv_form,
        "feed_form": feed_form,
        "feeds": employer.feeds.all(),
        "imports": employer.imports.select_related("by")[:10],
    }
    return render(request, "careers/import_list.html", context)


@require_POST
@for_members
def feed_change(request, employer, pk):
    """Reads a feed now, or removes it."""
    feed = get_object_or_404(employer.feeds.select_related("employer"), pk=pk)
    if request.POST.get("do") == "read":
        _tell(request, actions.read_feed(feed=feed, by=request.user))
    elif request.POST.get("do") == "remove":
        actions.remove_feed(feed=feed)
        messages.success(request, "The feed is removed; its postings stay.")
    else:
        raise Http404("There is nothing of that kind to do.")
    return redirect("careers:import_list", employer.slug)


@require_safe
@for_members
def example_csv(request, employer):
    """A file with every column and one row, to begin with."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="postings-example.csv"'
    writer = csv.writer(response)
    writer.writerow(COLUMNS)
    writer.writerow(
        [
            "REQ-1001",
            "Outpatient surgery coder",
            "Code outpatient surgery for two hospitals. Days, no weekends.",
            "Full-time",
            "Hybrid",
            "Boise, ID 83702",
            "ID; OR",
            "26.50",
            "33.00",
            "hour",
            "CPC; COC",
            "Outpatient surgery",
            "3-5",
            "CPT; ICD-10-CM",
            "Epic",
            "95 % accuracy",
            "",
            "",
            "",
        ]
    )
    return response


def _tell(request, done) -> None:
    words = (
        f"{done.new_count} new, {done.changed_count} changed, {done.same_count} as they were"
        f"{f', {len(done.problems)} with problems: see below' if done.problems else ''}."
    )
    (messages.warning if done.problems else messages.success)(request, words)
