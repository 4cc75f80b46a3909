"""What the lists of publishers say of a code beyond its description: one query for all sections."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import CharField, F, Func, QuerySet

from codes.models import (
    Code,
    HcpcsProcessingNote,
    OfficialDescription,
    PlainDescription,
    Release,
    Source,
)
from codes.queries.code_references import pieces_of
from codes.queries.crosswalk_rows import (
    ICD_10_CM,
    PROCEDURES,
    conversion_rows,
    hcc_rows,
    icd_9_rows,
    later_rows,
    newest,
    rbcs_rows,
    record_rows,
    reference_rows,
)
from codes.queries.index_paths import index_releases, index_rows
from codes.queries.ncci.units import mue_rows
from codes.queries.relatives import CodeLink
from codes.queries.releases import Releases
from codes.queries.rows_together import rows_together
from codes.queries.tabular import TabularExtract, complete_codes, tabular_extract, tabular_release

MOST_SHOWN = 200


@dataclass
class ListedFacts:
    """What the releases that hold on a date list of a code. Nothing is read before it is asked.

    The sections share it, since what each of them needs comes in the same query.
    """

    code: Code
    releases: Releases
    date_of_service: date

    @property
    def tabular_release(self) -> Release | None:
        return tabular_release(self.releases, self.date_of_service)

    @property
    def extract(self) -> TabularExtract:
        """What the tabular list says of a diagnosis; empty where none is loaded."""
        release = self.tabular_release
        if self.code.system != ICD_10_CM or release is None:
            return TabularExtract(self.code.value)
        return tabular_extract(self.code.value, release.pk)

    @property
    def index_releases(self) -> list[Release]:
        return index_releases(self.releases, self.date_of_service)

    @property
    def notes_release(self) -> Release | None:
        return self.releases.shown(Source.HCPCS_PROCESSING_NOTES, self.date_of_service)

    @property
    def known_values(self) -> set[str]:
        """Those of the diagnoses that the tabular list names which the order file has."""
        return {code.value for code in self.rows["known"]}

    @cached_property
    def rows(self) -> dict[str, list]:
        """The rows of each list by name."""
        asked = self.code, self.releases, self.date_of_service
        if self.code.system == ICD_10_CM:
            return rows_together(
                {
                    "index": index_rows(self.code.value, self.index_releases),
                    "known": self._known(),
                    "hcc": hcc_rows(*asked),
                    "icd-9": icd_9_rows(*asked),
                    "earlier": conversion_rows(*asked),
                    "later": _first(later_rows(*asked)),
                    **self._converted(),
                }
            )
        if self.code.system in PROCEDURES:
            records = record_rows(*asked)
            return rows_together(
                {
                    "records": None if records is None else records[:1],
                    "notes": self._notes(records),
                    "rbcs": rbcs_rows(*asked),
                    "mue": mue_rows([self.code.value], self.date_of_service, self.releases),
                    "references": reference_rows(*asked),
                    "referring": _first(self._referring()),
                    **self._referred(),
                }
            )
        return {}

    @cached_property
    def links(self) -> dict[str, CodeLink]:
        """Links to the codes that crosswalks name, by stored value: with the newest official text,
        else the plain-language title.
        """
        texts = {item.code_id: item.published_title for item in self.rows["plain titles"]}
        texts |= {item.code_id: item.text for item in self.rows["texts"]}
        return {
            code.value: CodeLink(code.system, code.value, texts.get(code.pk, ""))
            for code in self.rows["linked"]
        }

    def link(self, system: str, value: str) -> CodeLink:
        return self.links.get(value) or CodeLink(system, value, "", is_known=False)

    def _known(self) -> QuerySet[Code]:
        order = self.releases.shown(Source.ICD_10_CM_ORDER, self.date_of_service)
        extract = self.extract
        values = {place.value for place in extract.places if place.value}
        values |= {piece.value for note in extract.notes for piece in pieces_of(note.text)}
        values |= set(complete_codes(extract).values())
        codes = Code.objects.filter(system=ICD_10_CM, value__in=sorted(values - {""}))
        return codes.filter(descriptions__release=order) if order else codes

    def _notes(self, records: QuerySet | None) -> QuerySet | None:
        if records is None or self.notes_release is None:
            return None
        return HcpcsProcessingNote.objects.filter(
            release=self.notes_release,
            number__in=records.order_by().values("processing_note_number"),
        )

    def _referring(self) -> QuerySet[Code] | None:
        """The codes that the newest HCPCS file refers from to this one."""
        listed = newest(self.releases, Source.HCPCS_LEVEL_II)
        if listed is None:
            return None
        return Code.objects.filter(
            hcpcs_records__release=listed,
            hcpcs_records__cross_reference_codes__contains=[self.code.value],
        ).order_by("value")

    def _converted(self) -> dict[str, QuerySet | None]:
        """The codes that the conversion table names with this one."""
        asked = self.code, self.releases, self.date_of_service
        earlier, later = conversion_rows(*asked), later_rows(*asked)
        if earlier is None:
            return _NO_LINKS
        values = _each_of(earlier, "previous_values").union(
            later.order_by().values_list("value"), all=True
        )
        codes = Code.objects.filter(system=ICD_10_CM, value__in=values)
        return _linked(codes, self.releases.of(Source.ICD_10_CM_ORDER))

    def _referred(self) -> dict[str, QuerySet | None]:
        """The codes at the other end of a cross-reference."""
        asked = self.code, self.releases, self.date_of_service
        references, referring = reference_rows(*asked), self._referring()
        if referring is None:
            return _NO_LINKS
        values = referring.order_by().values_list("value")
        if references is not None:
            values = values.union(_each_of(references, "cross_reference_codes"), all=True)
        codes = Code.objects.filter(system__in=PROCEDURES, value__in=values)
        sources = (Source.HCPCS_LEVEL_II, Source.CPT_DESCRIPTORS)
        newest_of_each = [
            release for source in sources for release in self.releases.of(source)[-1:]
        ]
        return _linked(codes, newest_of_each)


_NO_LINKS = {"linked": None, "texts": None, "plain titles": None}


def _linked(codes: QuerySet[Code], releases: list[Release]) -> dict[str, QuerySet | None]:
    """The codes of crosswalks, their official texts in the releases, and their plain titles."""
    described = codes.values("pk")
    return {
        "linked": codes,
        "texts": OfficialDescription.objects.filter(
            code__in=described, release__in=[release.pk for release in releases]
        ).order_by("release__valid_from"),
        "plain titles": PlainDescription.objects.filter(
            code__in=described, published_at__isnull=False
        ),
    }


def _first(rows: QuerySet | None) -> QuerySet | None:
    return None if rows is None else rows[:MOST_SHOWN]


def _each_of(rows: QuerySet, field: str) -> QuerySet:
    """The values of an array field, one by one, as a condition's subquery."""
    each = Func(F(field), function="unnest", output_field=CharField())
    return rows.order_by().values_list(each)
