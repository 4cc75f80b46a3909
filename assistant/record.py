"""The record as one question sees it: a reader, a date of service, and each page read once."""

from datetime import date
from functools import cached_property

from django.urls import reverse
from django.utils import timezone

from assistant.facts import Citation, Fact, Locked, ToolResult
from assistant.reading import Reader
from codes.queries.code_forms import CodeSystem, printed_value, stored_value
from codes.queries.code_page import CodePage, code_page, find_code
from codes.queries.ncci import Setting
from codes.queries.opps import date_note
from codes.queries.releases import Releases, published_releases, source_of
from codes.queries.service_date import with_date
from codes.queries.status import day
from search.asked import systems_with_form

# Where a number may be a code of two systems, the one that bills a service is meant first.
_ORDER = (CodeSystem.CPT, CodeSystem.HCPCS, CodeSystem.ICD_10_CM, CodeSystem.ICD_10_PCS)


class Unknown(Exception):
    """What was named is no code of the record. `result` says so, and where it was looked for."""

    def __init__(self, result: ToolResult):
        super().__init__(result.facts[0].text)
        self.result = result


class Record:
    """What the loaded releases say, for one question of one reader."""

    def __init__(self, reader: Reader, date_of_service: date):
        self.reader = reader
        self.date_of_service = date_of_service
        self._codes: dict = {}
        self._pages: dict[int, CodePage] = {}

    @cached_property
    def releases(self) -> Releases:
        return published_releases()

    @cached_property
    def today(self) -> date:
        return timezone.localdate()

    @property
    def on_date(self) -> date | None:
        """The date to keep in addresses; None for today."""
        return None if self.date_of_service == self.today else self.date_of_service

    @property
    def day(self) -> str:
        return day(self.date_of_service)

    def code(self, code: str):
        """The code named as printed, or as `system:code`. Raises Unknown."""
        if code not in self._codes:
            found = (find_code(system, value) for system, value in candidates(code))
            known = next((item for item in found if item), None)
            if known is None:
                raise Unknown(self._unknown(code))
            self._codes[code] = known
        return self._codes[code]

    def page(self, code: str) -> CodePage:
        """The open facts of a code. Raises Unknown."""
        known = self.code(code)
        if known.pk not in self._pages:
            self._pages[known.pk] = code_page(known, self.date_of_service, self.today)
        return self._pages[known.pk]

    def knows(self, code: str) -> bool:
        try:
            self.code(code)
        except Unknown:
            return False
        return True

    def cite(self, page: CodePage, section: str = "", release=None, title: str = "") -> Citation:
        """A place on a code's page, or its section's own page, with the release it rests on."""
        url = page.code.get_absolute_url()
        name = title or (section.replace("-", " ").capitalize().replace("Ncci", "NCCI"))
        if section:
            url = f"{url}{section}/"
        return Citation(
            f"{page.code.printed}, {name}" if name else page.code.printed,
            with_date(url, self.on_date),
            str(release) if release else "",
        )

    def locked(self, *pages: CodePage) -> Locked | None:
        """None where one of the pages is open to the reader; else what keeps it closed.

        May cost a view, as opening the page would.
        """
        for page in pages:
            if self.reader.may_read(_key(page), page.code.printed):
                return None
        page = pages[0]
        url = with_date(page.code.get_absolute_url(), self.on_date)
        return Locked(page.code.printed, url, self.reader.why_locked(_key(page)))

    def date_notes(self, release, citation: Citation) -> tuple[Fact, ...]:
        """A sentence where a release was not published for the date of service; else nothing."""
        note = date_note(release, self.date_of_service) if release else ""
        return (Fact(note, citation),) if note else ()

    def _unknown(self, code: str) -> ToolResult:
        printed = code.partition(":")[2] or code
        systems = [CodeSystem(system) for system, _ in candidates(code)]
        looked, citations = [], []
        for system in systems:
            release = (self.releases.of(source_of(system)) or [None])[-1]
            looked.append(release.name if release else f"no release of {system.label} is loaded")
            url = reverse("codes:system_detail", args=[system])
            citations.append(Citation(system.label, url, str(release) if release else ""))
        if not systems:
            text = f"“{printed[:40]}” does not have the form of a CPT®, HCPCS or ICD-10 code."
            citations = [Citation("Code systems", reverse("codes:system_list"))]
        else:
            names = " or ".join(system.label for system in systems)
            text = f"This record has no {names} code {printed.upper()} ({'; '.join(looked)})."
            schedules = self.releases.of("physician-fee-schedule")
            if schedules and CodeSystem.CPT in systems:
                text += f" {schedules[-1]} does not list it either."
        fact = Fact(text, citations[0])
        return ToolResult(
            "look_up", {"code": code}, f"Looked for {printed}", (fact,), (), None, False
        )


def candidates(code: str) -> list[tuple[str, str]]:
    """The systems and stored values that a written code may mean, the likeliest first."""
    system, colon, printed = code.strip().partition(":")
    if colon:
        return [(system, stored_value(printed))] if system in CodeSystem.values else []
    value = stored_value(code)
    systems = systems_with_form(value)
    if "." in code:  # only diagnoses are written with a dot
        systems = [system for system in systems if system == CodeSystem.ICD_10_CM]
    return [(str(system), value) for system in _ORDER if system in systems]


def setting_of(text: str) -> Setting:
    """The setting a tool was asked for: practitioner unless another one is named."""
    return Setting(text) if text in list(Setting) else Setting.PRACTITIONER


def _key(page: CodePage) -> str:
    return f"{page.code.system}:{page.code.printed}"


def printed(system: str, value: str) -> str:
    return printed_value(system, value)
