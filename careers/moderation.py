"""What makes a posting look like spam, and which others it may be a copy of.

The signals are sentences for the person who approves; none of them rejects a posting by itself.
They follow what the Federal Trade Commission tells job seekers to look out for: money asked for,
checks to cash, talk in messaging apps, identity data asked for before an offer.
"""

import hashlib
import re
from collections.abc import Iterator
from itertools import pairwise

from django.db.models import F, Func, IntegerField, Q, Value

from accounts.markdown import to_text
from careers.models import Posting

_ASKS_FOR_MONEY = re.compile(
    r"\b(registration|application|training|processing|starter)[- ]?(kit )?(fee|deposit)s?\b"
    r"|\b(wire transfer|western union|moneygram|gift cards?|bitcoin|crypto(currency)?|zelle"
    r"|cash(ier)?'?s? checks?|deposit (the|a) check)\b",
    re.IGNORECASE,
)
_MESSAGING = re.compile(
    r"\b(telegram|whats ?app|signal app|google hangouts|text (me|us) at)\b", re.I
)
_IDENTITY = re.compile(
    r"\b(social security (number|card)|ssn|bank account (number|details)|routing number"
    r"|copy of your (id|driver'?s licen[cs]e)|credit card number)\b",
    re.IGNORECASE,
)
_EASY_MONEY = re.compile(
    r"\b(no experience (needed|required).{0,40}\$|earn up to|be your own boss"
    r"|get paid (today|daily)"
    r"|unlimited earning|work when you want|guaranteed income|multi-?level)\b",
    re.IGNORECASE | re.DOTALL,
)
_SHORT_LINK = re.compile(r"\b(bit\.ly|tinyurl\.com|t\.co|goo\.gl|is\.gd|cutt\.ly|rb\.gy)/", re.I)
_FREE_MAIL = re.compile(
    r"@(gmail|yahoo|hotmail|outlook|aol|icloud|proton|protonmail|mail|gmx)\.", re.IGNORECASE
)
_PATIENT = re.compile(r"\b(MRN|date of birth|DOB|patient name)\b\s*[:#]\s*\S", re.IGNORECASE)
_LINK = re.compile(r"https?://", re.IGNORECASE)

# Pay that is out of the ordinary for this field, in dollars a year.
HIGHEST_PAY, LOWEST_PAY = 260_000, 15_080  # the lowest is the federal minimum wage, full-time
MOST_LINKS = 5
NEAR = 6  # differing bits of the fingerprints of two texts that are nearly the same


def spam_signals(posting: Posting) -> list[str]:
    """Sentences on what looks like spam in a posting, the gravest first. Asks the database."""
    return list(_signals(posting))


def _signals(posting: Posting) -> Iterator[str]:
    text = f"{posting.title}\n{posting.description}\n{posting.expectations}"
    if found := _ASKS_FOR_MONEY.search(text):
        yield f"Speaks of payments: “{found.group()}”."
    if found := _IDENTITY.search(text):
        yield f"Asks for identity or bank data: “{found.group()}”."
    if found := _PATIENT.search(text):
        yield f"May hold patient data: “{found.group()[:40]}”."
    if found := _MESSAGING.search(text):
        yield f"Leads to a messaging app: “{found.group()}”."
    if found := _EASY_MONEY.search(text):
        yield f"Promises easy money: “{found.group()[:60]}”."
    if _SHORT_LINK.search(text) or _SHORT_LINK.search(posting.apply_url):
        yield "Hides an address behind a link shortener."
    if len(_LINK.findall(text)) > MOST_LINKS:
        yield f"Holds {len(_LINK.findall(text))} links."
    if _FREE_MAIL.search(posting.apply_email):
        yield "Applications go to a free mail address."
    letters = [letter for letter in posting.title if letter.isalpha()]
    if len(letters) > 8 and sum(map(str.isupper, letters)) > 0.8 * len(letters):
        yield "The title is in capitals."
    if re.search(r"\d{3}[-. )]*\d{3}[-. ]*\d{4}", posting.title) or "@" in posting.title:
        yield "The title holds a telephone number or an address."
    if (pay := posting.yearly_pay) is not None and not LOWEST_PAY <= pay <= HIGHEST_PAY:
        yield f"The pay is out of the ordinary: {posting.pay_text}."
    for other in near_copies(posting)[:3]:
        whose = "this employer" if other.employer_id == posting.employer_id else other.employer.name
        yield f"Nearly the same as posting {other.pk} of {whose}."[:200]


def near_copies(posting: Posting) -> list[Posting]:
    """Postings waiting or live whose words are nearly the same, the likest first; ten at most.

    The same text in another place is no copy: one employer posts a job once per place.
    """
    waiting = Q(state__in=[Posting.State.SUBMITTED, Posting.State.APPROVED, Posting.State.LIVE])
    differing = Func(
        Func(
            F("fingerprint"),
            Value(posting.fingerprint),
            arg_joiner=" # ",
            template="(%(expressions)s)",
        ),
        template="bit_count((%(expressions)s)::bit(64))",
        output_field=IntegerField(),
    )
    found = (
        Posting.objects.filter(waiting)
        .exclude(pk=posting.pk)
        .annotate(differing=differing)
        .filter(differing__lte=NEAR)
        .select_related("employer")
        .prefetch_related("locations")
        .order_by("differing", "pk")[:10]
    )
    here = _places(posting)
    return [
        other
        for other in found
        if other.employer_id != posting.employer_id or _places(other) == here
    ]


def _places(posting: Posting) -> tuple[str, set[str]]:
    return posting.workplace, {str(place).lower() for place in posting.locations.all()}


def fingerprint(title: str, description: str) -> int:
    """A 64-bit simhash of the text's pairs of words, as PostgreSQL's signed bigint.

    Texts that differ in a few words differ in a few bits (Charikar, 2002).
    """
    words = re.findall(r"[a-z0-9]+", f"{title} {to_text(description)}".lower())
    pairs = [" ".join(pair) for pair in pairwise(words)] or words
    votes = [0] * 64
    for pair in pairs:
        number = int.from_bytes(hashlib.blake2b(pair.encode(), digest_size=8).digest())
        for bit in range(64):
            votes[bit] += 1 if number >> bit & 1 else -1
    value = sum(1 << bit for bit, vote in enumerate(votes) if vote > 0)
    return value - (1 << 64) if value >= 1 << 63 else value
