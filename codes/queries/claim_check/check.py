"""A whole check: the findings on every date of a claim, and what Medicare would pay."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import chain

from codes.models import Release
from codes.queries.claim_check.claim import Claim, Line
from codes.queries.claim_check.estimate import Estimate, estimate
from codes.queries.claim_check.facts import ClaimFacts, claim_facts
from codes.queries.claim_check.findings import Finding, Kind, Severity, in_order
from codes.queries.claim_check.rules import findings_of
from codes.queries.claim_check.rules_global import global_periods
from codes.queries.claim_check.rules_modifiers import modifiers
from codes.queries.claim_check.rules_payment import coverage, payable
from codes.queries.claim_check.rules_sides import order, sides
from codes.queries.opps import date_note
from codes.queries.releases import Releases
from codes.queries.status import day as in_words


@dataclass(frozen=True)
class ClaimCheck:
    """What was found, and on which releases it rests."""

    claim: Claim
    findings: list[Finding] = field(default_factory=list)
    estimates: list[Estimate] = field(default_factory=list)
    releases: list[Release] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def serious(self) -> list[Finding]:
        """Everything but that pairs have no edit."""
        return [item for item in self.findings if item.kind != Kind.NO_EDIT]

    @property
    def without_edit(self) -> list[Finding]:
        return [item for item in self.findings if item.kind == Kind.NO_EDIT]

    @property
    def by_line(self) -> list[tuple[Line, Severity | None]]:
        """Each line with the worst that is found on it; None where nothing is."""
        severities = list(Severity)
        worst: dict[int, Severity] = {}
        for item in self.serious:
            for number in item.lines:
                known = worst.get(number, item.severity)
                worst[number] = min(known, item.severity, key=severities.index)
        return [(line, worst.get(line.number)) for line in self.claim.lines]

    def count(self, severity: Severity) -> int:
        return sum(item.severity == severity for item in self.findings)

    @property
    def has_amounts(self) -> bool:
        return any(item.has_amounts for item in self.estimates)

    @property
    def total(self) -> Decimal:
        """What is allowed on all dates, of the lines that have an amount."""
        return sum((item.total for item in self.estimates), Decimal(0))

    @property
    def error_count(self) -> int:
        return self.count(Severity.ERROR)

    @property
    def warning_count(self) -> int:
        return self.count(Severity.WARNING)


def check_claim(claim: Claim, releases: Releases) -> ClaimCheck:
    """Check a claim against the published releases."""
    findings: list[Finding] = []
    estimates, used, notes, days = [], {}, [], []
    outside: dict[Release, list[date]] = defaultdict(list)
    for day in claim.dates:
        facts = claim_facts(claim, day, releases)
        days.append(facts)
        findings += all_findings(claim, facts)
        estimates.append(estimate(claim, facts))
        of_day = {release.pk: release for release in _releases(facts)}
        used |= of_day
        for release in of_day.values():
            if date_note(release, day):
                outside[release].append(day)
        if facts.choice.problem:
            notes.append(facts.choice.problem)
    findings += global_periods(days, list(claim.lines))
    if len(claim.dates) > 1:
        findings = list(dict.fromkeys(findings))  # the diagnoses are the same on every date
    notes = [*(_date_note(*item) for item in outside.items()), *dict.fromkeys(notes)]
    return ClaimCheck(claim, in_order(findings), estimates, list(used.values()), notes)


def _date_note(release: Release, days: list[date]) -> str:
    """The note on the first date outside a release's period, and which others are so."""
    others = f" Nor for {', '.join(map(in_words, days[1:]))}." if days[1:] else ""
    return date_note(release, days[0]) + others


def all_findings(claim: Claim, facts: ClaimFacts) -> Iterator[Finding]:
    """Every finding on the lines of the facts' date."""
    lines = claim.lines_on(facts.date_of_service)
    return chain(
        findings_of(claim, facts),
        modifiers(lines, facts),
        sides(lines, facts),
        order(lines, facts),
        payable(lines, facts),
        coverage(claim, facts),
    )


def _releases(facts: ClaimFacts) -> list[Release]:
    found = [
        facts.pairs.release,
        facts.mue_release,
        facts.add_on_release,
        facts.fee_release,
        facts.index_release,
        facts.opps_release if facts.opps else None,
        *facts.coverage.releases,
        *(conflict.release for conflict in facts.excludes1 or ()),
        *(item.status.release for item in facts.codes.values() if item.status),
    ]
    return [release for release in found if release]
