"""Demonstration postings, marked as such wherever they show: a new board is no empty page."""

import json
import logging
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from careers.actions.board import bump_board
from careers.actions.employers import delete_employers, save_employer
from careers.actions.postings import save_posting, take_step
from careers.models import Credential, Employer, Posting, Specialty
from careers.places import read_places

logger = logging.getLogger(__name__)

FILE = Path(settings.BASE_DIR) / "fixtures" / "careers.json"
DAYS = 60  # that the postings stay


def load_demonstration() -> int:
    """Load what is not there yet; how many postings that was. One log line tells of all."""
    steps = logging.getLogger("careers.actions")
    level = steps.level
    steps.setLevel(logging.WARNING)
    try:
        count = _load()
    finally:
        steps.setLevel(level)
    logger.info("demonstration postings loaded", extra={"posting_count": count})
    return count


@transaction.atomic
def _load() -> int:
    told = json.loads(FILE.read_text(encoding="utf-8"))
    employers = {each["key"]: _employer(each) for each in told["employers"]}
    credentials = {each.abbreviation: each for each in Credential.objects.all()}
    specialties = {each.name: each for each in Specialty.objects.all()}
    count = 0
    # The oldest first, so that those of one day stand in the order of the file.
    for each in sorted(told["postings"], key=lambda each: -each["days_ago"]):
        employer = employers[each["employer"]]
        if employer.postings.filter(title=each["title"]).exists():
            continue
        posting = Posting(
            employer=employer,
            title=each["title"],
            description=f"{each['about']}\n\n{told['closing']}",
            employment_type=each["employment_type"],
            workplace=each["workplace"],
            remote_states=each["remote_states"],
            pay_min=Decimal(str(each["pay_min"])),
            pay_max=Decimal(str(each["pay_max"])),
            pay_unit=each["pay_unit"],
            specialty=specialties.get(each["specialty"]),
            level=each["level"],
            code_systems=each["code_systems"],
            software=each["software"],
            expectations=each["expectations"],
            valid_through=timezone.localdate() + timedelta(days=DAYS),
            is_demonstration=True,
        )
        save_posting(
            posting=posting,
            locations=read_places("\n".join(each["places"])),
            credentials=[credentials[name] for name in each["credentials"] if name in credentials],
            by=None,
        )
        for to in (Posting.State.SUBMITTED, Posting.State.APPROVED):
            take_step(posting=posting, to=to, by=None)
        posted = timezone.now() - timedelta(days=each["days_ago"])
        Posting.objects.filter(pk=posting.pk).update(went_live_at=posted, signals=[])
        count += 1
    bump_board()
    return count


def remove_demonstration() -> int:
    """Remove the demonstration employers with their postings; how many employers that was."""
    return delete_employers(employers=Employer.objects.filter(is_demonstration=True))


def _employer(told: dict) -> Employer:
    employer = Employer.objects.filter(name=told["name"], is_demonstration=True).first()
    if employer:
        return employer
    employer = Employer(
        name=told["name"],
        headquarters=told["headquarters"],
        about=told["about"],
        is_demonstration=True,
    )
    return save_employer(employer=employer, logo=None, by=None)
