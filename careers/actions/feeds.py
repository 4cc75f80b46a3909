"""Importing an employer's postings: from a CSV file, and from feeds that are read every day."""

import logging

from django.conf import settings
from django.db import transaction
from django.forms.models import model_to_dict

from accounts.models import User
from careers.actions.postings import StepError, save_posting, submit
from careers.forms.posting import PostingForm
from careers.models import Employer, Feed, Posting, PostingImport
from careers.posting_files import PostingFileError, Row, read_csv, read_json
from careers.safe_fetch import FetchError, fetch

logger = logging.getLogger(__name__)

MOST_FEEDS = 5
MOST_PROBLEMS = 50


class FeedError(ValueError):
    """A feed that is not added; the text is a sentence."""


@transaction.atomic
def add_feed(*, employer: Employer, url: str, by: User) -> Feed:
    """Keep an address to be read every day. Raises FeedError where there are too many."""
    Employer.objects.select_for_update().get(pk=employer.pk)
    if employer.feeds.exclude(url=url).count() >= MOST_FEEDS:
        raise FeedError(f"You have {MOST_FEEDS} feeds; remove one first.")
    feed, _ = Feed.objects.get_or_create(employer=employer, url=url, defaults={"added_by": by})
    logger.info("feed added", extra={"employer_id": employer.pk})
    return feed


@transaction.atomic
def remove_feed(*, feed: Feed) -> None:
    """Forget the address; what it brought stays."""
    logger.info("feed removed", extra={"feed_id": feed.pk})
    feed.imports.update(feed=None)
    feed.delete()


def import_csv(*, employer: Employer, content: bytes, name: str, by: User) -> PostingImport:
    """Import the rows of a CSV file. What is wrong with it or with rows stands in the result."""
    try:
        rows = read_csv(content)
    except PostingFileError as error:
        return _refused(employer, None, name, str(error), by)
    return _import(employer=employer, feed=None, source=name, rows=rows, by=by)


def read_feed(*, feed: Feed, by: User | None = None) -> PostingImport:
    """Read a feed now."""
    try:
        fetched = fetch(
            feed.url,
            most_bytes=settings.FEED_MAX_MB * 1024 * 1024,
            timeout=settings.FEED_TIMEOUT_SECONDS,
        )
        rows = read_json(fetched.content)
    except (FetchError, PostingFileError) as error:
        return _refused(feed.employer, feed, feed.url, str(error), by)
    return _import(employer=feed.employer, feed=feed, source=feed.url, rows=rows, by=by)


def read_daily_feeds() -> int:
    """Read every feed that is to be read every day; how many were read. None keeps another back."""
    feeds = Feed.objects.filter(is_daily=True, employer__is_blocked=False)
    count = 0
    for feed in feeds.select_related("employer", "added_by"):
        try:
            read_feed(feed=feed, by=feed.added_by)
        except Exception:  # what is wrong with one address is no fault of the next
            logger.exception("feed not read", extra={"feed_id": feed.pk})
        else:
            count += 1
    return count


def _refused(employer, feed, source: str, problem: str, by) -> PostingImport:
    logger.info("postings not imported", extra={"employer_id": employer.pk})
    return PostingImport.objects.create(
        employer=employer, feed=feed, source=source[:500], problems=[problem], by=by
    )


def _import(*, employer, feed, source: str, rows: list[Row], by: User | None) -> PostingImport:
    """Bring each row in by itself: one that is wrong is told and keeps no other back."""
    done = PostingImport(employer=employer, feed=feed, source=source[:500], by=by)
    for row in rows:
        try:
            with transaction.atomic():
                _import_row(employer, row, by, done)
        except StepError as error:
            done.problems.append(f"{row.place}, “{row.data['title'][:60]}”: saved, but {error}")
            # Saved as a draft without the step that failed.
            with transaction.atomic():
                _import_row(employer, row, by, done, is_submitted=False)
    if len(done.problems) > MOST_PROBLEMS:
        more = len(done.problems) - MOST_PROBLEMS
        done.problems = [*done.problems[:MOST_PROBLEMS], f"And {more} more."]
    done.save()
    logger.info(
        "postings imported",
        extra={"employer_id": employer.pk, "new": done.new_count, "changed": done.changed_count},
    )
    return done


def _import_row(employer, row: Row, by, done: PostingImport, *, is_submitted: bool = True) -> None:
    posting = None
    if row.external_id:
        posting = employer.postings.filter(external_id=row.external_id).first()
    if posting and posting.is_closed:
        done.same_count += 1
        return
    before = _state_of(posting) if posting else None
    form = PostingForm(row.data, instance=posting or Posting(employer=employer))
    if not form.is_valid():
        done.problems.append(f"{row.place}, “{row.data['title'][:60]}”: {_said(form)}")
        return
    data = form.cleaned_data
    saved = form.save(commit=False)
    saved.external_id = row.external_id
    if before is not None and before == _state_of(saved, data):
        done.same_count += 1
        return
    save_posting(
        posting=saved,
        locations=data["places"],
        credentials=list(data["credentials"]),
        by=by,
        changed=["imported anew"] if before else None,
    )
    if before is None:
        if is_submitted:
            submit(posting=saved, by=by)
        done.new_count += 1
    else:
        done.changed_count += 1


def _state_of(posting: Posting, data: dict | None = None) -> dict:
    """What an import may change, for comparing."""
    fields = [name for name in PostingForm.Meta.fields if name not in ("places", "credentials")]
    state = model_to_dict(posting, fields=fields)
    if data is None:
        state["places"] = [(p.city, p.state, p.zip_code) for p in posting.locations.all()]
        state["credentials"] = sorted(posting.credentials.values_list("pk", flat=True))
    else:
        state["places"] = data["places"]
        state["credentials"] = sorted(each.pk for each in data["credentials"])
    return state


def _said(form: PostingForm) -> str:
    return " ".join(
        f"{form.fields[name].label if name in form.fields else 'Posting'}: {' '.join(errors)}"
        for name, errors in form.errors.items()
    )[:300]
