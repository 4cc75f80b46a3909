"""What tells every process that the board shows something else now."""

import uuid

from django.contrib.postgres.search import SearchVector
from django.db.models import QuerySet, Value

from accounts.markdown import to_text
from careers.models import Board, Posting, Word
from careers.words import words_of


def bump_board() -> None:
    """Give the board another version; to be called in the transaction of the change."""
    Board.objects.update_or_create(pk=1, defaults={"version": uuid.uuid4()})


def index_words(posting: Posting) -> None:
    """Store what the words of a search are compared with. Reads its credentials and places."""
    credentials = list(posting.credentials.all())
    places = [f"{place.city} {place.state}" for place in posting.locations.all()]
    specialty = posting.specialty.name if posting.specialty else ""
    names = [name for each in credentials for name in (each.abbreviation, each.name)]
    of_posting = [posting.get_employment_type_display(), posting.get_workplace_display()]
    facts = " ".join(
        [*names, specialty, posting.software, *posting.code_system_names, *places, *of_posting]
    )
    description = to_text(posting.description)
    vector = (
        SearchVector(Value(posting.title), weight="A", config="english")
        + SearchVector(Value(posting.employer.name), weight="B", config="english")
        + SearchVector(Value(facts), weight="B", config="english")
        + SearchVector(Value(description), weight="D", config="english")
    )
    Posting.objects.filter(pk=posting.pk).update(search=vector)
    words = words_of(f"{posting.title} {posting.employer.name} {facts} {description}")
    Word.objects.bulk_create([Word(text=word) for word in sorted(words)], ignore_conflicts=True)


def index_anew(postings: QuerySet[Posting]) -> None:
    """The same for postings whose employer, specialty or credentials have another name now."""
    known = postings.select_related("employer", "specialty")
    for posting in known.prefetch_related("credentials", "locations"):
        index_words(posting)
