"""The answer to a clinical note: the codes that it supports, as the note coding reads it."""

import re
from collections.abc import Iterator
from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from assistant.answer import Answer, AnswerKind, Block, Listing, Paragraph
from assistant.cases.part import Part
from assistant.facts import Citation, Table
from assistant.question import read_question
from assistant.question.dates import read_date
from codes.queries.code_forms import CodeSystem
from codes.queries.opps import date_note
from codes.queries.releases import Releases, published_releases, source_of
from codes.queries.service_date import with_date
from codes.queries.status import day
from search.notes.coding import coded, is_ready
from search.notes.proposals import Confidence
from search.notes.review import Offer, Review, review
from search.notes.submitted import Refused, text_of

MOST_CHOICES = 6
_DAY = re.compile(
    r"\b(?:dos|date of (?:service|visit)|visit date|(?:seen|visit)\b[^.\n]{0,40}?\bon)\b\W*"
    r"(.{6,20})",
    re.I,
)


def answer_note(part: Part, date_of_service: date) -> Answer:
    """What the note supports; NOT_KNOWN where it supports nothing, or where no index is ready."""
    today = timezone.localdate()
    date_of_service = _day_of(part, today) or date_of_service
    if not is_ready():
        text = "The search index is not ready yet, so the note could not be read."
        return Answer(AnswerKind.NOT_KNOWN, [Paragraph(text, (_page(),))])
    try:
        text = text_of(part.text)
    except Refused as refused:
        return Answer(AnswerKind.ASKS_BACK, [Paragraph(str(refused), (_page(),))])
    note = coded(text, date_of_service)
    supported = [item.key for item in note.proposals if item.confidence != Confidence.WEAK]
    on_date = None if date_of_service == today else date_of_service
    seen = review(text, note, on_date, date_of_service, accepted=supported)
    blocks = list(_blocks(seen, date_of_service, on_date, published_releases()))
    kind = AnswerKind.ANSWERED if supported else AnswerKind.NOT_KNOWN
    return Answer(kind, blocks, date_of_service=date_of_service)


def waits_for_index() -> bool:
    """Whether notes cannot be read yet, but soon: the index is being made."""
    return bool(settings.SEARCH_FOLLOW_SECONDS) and not is_ready()


def _day_of(part: Part, today: date) -> date | None:
    """The date of service that is said of the note, beside it or in it."""
    for line in reversed(part.context.splitlines()):
        if found := read_question(line, today).date_of_service:
            return found
    named = _DAY.search(part.text)
    return read_date(named[1], today)[0] if named else None


def _page() -> Citation:
    return Citation("Case2Code, note coding", reverse("search:note_coding"))


def _blocks(
    seen: Review, date_of_service: date, on_date: date | None, releases: Releases
) -> Iterator[Block]:
    count = len(seen.offers)
    parts = f" Parts recognized: {', '.join(seen.sections)}." if seen.sections else ""
    if not count:
        yield Paragraph(
            "The note supports no code that is known here. A diagnosis counts where the note "
            f"states it as present; what it denies, doubts or says of relatives does not.{parts}",
            (_page(),),
        )
    else:
        yield Paragraph(
            f"The note supports {count} code{'' if count == 1 else 's'} on "
            f"{day(date_of_service)}.{parts}",
            (_page(),),
        )
    for system in (CodeSystem.ICD_10_CM, CodeSystem.CPT, CodeSystem.HCPCS):
        release = releases.shown(source_of(system), date_of_service)
        offers = [offer for offer in seen.offers if offer.proposal.system == system]
        if offers:
            yield _table(system, offers, release)
        told = date_note(release, date_of_service) if release else ""
        if told and (offers or system == CodeSystem.ICD_10_CM):
            yield Paragraph(told, (Citation(system.label, _of_system(system), str(release)),))
    missing = [_missing(offer, on_date) for offer in seen.offers if offer.missing]
    if missing:
        yield Paragraph("What is missing to be specific:")
        yield Listing(tuple(missing))
    yield from _set_aside(seen, on_date)
    for conflict in seen.conflicts:
        place = Citation("ICD-10-CM", _of_system(CodeSystem.ICD_10_CM), conflict.release)
        yield Paragraph(
            f"Excludes1: {conflict.first} and {conflict.second} are not reported together unless "
            f"they are unrelated. The note at {conflict.place}: {conflict.note}",
            (place,),
        )
    if seen.claim_url:
        codes = ", ".join(item.printed for item in seen.accepted if item.is_complete)
        yield Paragraph(
            f"The claim checker takes what is supported and complete from here: {codes}.",
            (Citation("Claim checker, these codes", seen.claim_url),),
        )


def _table(system: CodeSystem, offers: list[Offer], release) -> Table:
    rows = []
    for offer in offers:
        proposal = offer.proposal
        support = [proposal.confidence.value]
        if not proposal.is_billable:
            support.append("not complete, no claim can carry it")
        if proposal.reason:
            support.append(proposal.reason[:1].lower() + proposal.reason[1:].rstrip("."))
        quoted = dict.fromkeys(" ".join(quote.words.split()) for quote in offer.quotes)
        words = "; ".join(f"“{words}”" for words in quoted)
        # CPT® text is the AMA's, and is read on the site by those who may.
        text = () if system == CodeSystem.CPT else (proposal.text,)
        rows.append((proposal.printed, *text, "; ".join(support), words))
    columns = ("Code", "Official text", "Support", "Words of the note")
    if system == CodeSystem.CPT:
        columns = ("Code", "Support", "Words of the note")
    return Table(
        f"{system.label} codes the note supports",
        columns,
        tuple(rows),
        Citation(system.label, _of_system(system), str(release) if release else ""),
    )


def _of_system(system: CodeSystem) -> str:
    return reverse("codes:system_detail", args=[system])


def _missing(offer: Offer, on_date: date | None) -> Paragraph:
    proposal = offer.proposal
    others = [choice for choice in proposal.choices if choice.value != proposal.value]
    named = [f"{choice.printed} {choice.words or choice.text}" for choice in others[:MOST_CHOICES]]
    more = " and others" if len(others) > MOST_CHOICES else ""
    choices = f" It would be one of {'; '.join(named)}{more}." if named else ""
    return Paragraph(
        f"{proposal.printed}: the note does not say {offer.missing}.{choices}",
        (Citation(proposal.printed, with_date(proposal.url, on_date)),),
    )


def _set_aside(seen: Review, on_date: date | None) -> Iterator[Block]:
    if not seen.asides:
        return
    yield Paragraph("Named in the note and set aside:")
    yield Listing(
        tuple(
            Paragraph(
                f"{aside.code} {aside.text}: {aside.why[:1].lower()}{aside.why[1:]}, in "
                f"“{' '.join(_quoted(aside.quote).split())}”",
                (Citation(aside.code, with_date(aside.url, on_date)),),
            )
            for aside in seen.asides
        )
    )
    if any(aside.why.startswith("Uncertain") for aside in seen.asides):
        yield Paragraph(
            "Outpatient coding reports no uncertain diagnosis (ICD-10-CM guidelines, IV.H): code "
            "the sign or symptom instead."
        )


def _quoted(quote) -> str:
    return f"{quote.before}{quote.words}{quote.after}"
