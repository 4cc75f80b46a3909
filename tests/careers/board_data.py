"""Plain functions that make employers, postings and files for the tests of the job board."""

import io
import itertools
import zipfile
from datetime import timedelta

from django.utils import timezone
from pypdf import PdfWriter
from pypdf.actions import JavaScript

from accounts.models import User
from careers.actions.employers import save_employer
from careers.actions.postings import save_posting, take_step
from careers.models import Credential, Employer, Membership, Posting, Specialty
from careers.places import read_places
from tests.factories import make_user

_numbers = itertools.count(1)
_TO_LIVE = [Posting.State.SUBMITTED, Posting.State.APPROVED]


def make_employer(name: str = "", *, owner: User | None = None, **fields) -> Employer:
    """An employer with an owner."""
    employer = Employer(name=name or f"Employer {next(_numbers)}", **fields)
    return save_employer(employer=employer, logo=None, by=owner or make_user())


def make_member(employer: Employer, role: str = Membership.Role.RECRUITER) -> User:
    user = make_user()
    Membership.objects.create(employer=employer, user=user, role=role)
    return user


def make_posting(
    title: str = "",
    *,
    employer: Employer | None = None,
    state: str = Posting.State.LIVE,
    places: str = "",
    credentials: tuple[str, ...] = (),
    specialty: str = "",
    days_old: int = 0,
    **fields,
) -> Posting:
    """A posting that came to its state step by step; live and remote unless told otherwise."""
    number = next(_numbers)
    fields.setdefault("workplace", "onsite" if places else "remote")
    fields.setdefault("valid_through", timezone.localdate() + timedelta(days=30))
    fields.setdefault("description", f"Number {number}: you {_WORK[number % 8]}.")
    posting = Posting(
        employer=employer or make_employer(),
        title=title or f"Coder {number}",
        specialty=Specialty.objects.get(name=specialty) if specialty else None,
        **fields,
    )
    save_posting(
        posting=posting,
        locations=read_places(places),
        credentials=list(Credential.objects.filter(abbreviation__in=credentials)),
        by=None,
    )
    if state == Posting.State.DRAFT:
        return posting
    ways = {Posting.State.LIVE: _TO_LIVE, Posting.State.SUBMITTED: _TO_LIVE[:1]}
    closed = (Posting.State.FILLED, Posting.State.EXPIRED, Posting.State.WITHDRAWN)
    for step in ways.get(state) or [*_TO_LIVE, *([state] if state in closed else [])]:
        take_step(posting=posting, to=step, by=None)
    if state == Posting.State.ARCHIVED:
        take_step(posting=posting, to=Posting.State.FILLED, by=None)
        take_step(posting=posting, to=state, by=None)
    if days_old:
        moment = timezone.now() - timedelta(days=days_old)
        Posting.objects.filter(pk=posting.pk).update(went_live_at=moment)
        take_note()
    return Posting.objects.select_related("employer", "specialty").get(pk=posting.pk)


def take_note() -> None:
    """Tell the board of a change that was made behind its back."""
    from careers.actions.board import bump_board

    bump_board()


_WORK = [
    "read operative notes and assign procedures with their modifiers",
    "code inpatient stays and settle the grouping with the physicians",
    "audit what others coded and write up each finding for the committee",
    "answer denials with an appeal drawn from the record",
    "teach residents how documentation becomes a claim",
    "review charts of a health plan for diagnoses that are supported",
    "code emergency visits at night together with two colleagues",
    "enter charges and check the order of diagnoses on every claim",
]


def posting_data(**changes) -> dict:
    """What the form of a posting sends."""
    return {
        "title": "Outpatient coder",
        "employment_type": "FULL_TIME",
        "workplace": "onsite",
        "places": "Boise, ID 83702",
        "pay_min": "25",
        "pay_max": "31.50",
        "pay_unit": "HOUR",
        "description": "You code **outpatient** visits.\n\n- CPT\n- ICD-10-CM",
        "apply_by": "here",
        "valid_through": f"{timezone.localdate() + timedelta(days=30)}",
        "do": "submit",
    } | changes


def pdf(*, script: bool = False, pages: int = 1, password: str = "") -> bytes:
    """A PDF of empty pages."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    if script:
        writer.add_open_action(JavaScript("app.alert('hello')"))
    if password:
        writer.encrypt(password)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_DOCUMENT = (
    '<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/'
    '2006/main"><w:body><w:p><w:r><w:t>Coder</w:t></w:r></w:p></w:body></w:document>'
)


def docx(*, document: str = _DOCUMENT, **parts: bytes | str) -> bytes:
    """A Word document with one paragraph, and further parts by name (`__` for `/`)."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("word/document.xml", document)
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return written.getvalue()
