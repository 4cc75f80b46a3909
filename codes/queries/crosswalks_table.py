"""The crosswalks of a code as a table, for the section's download."""

from codes.models import Release
from codes.queries.crosswalks import Crosswalks


def crosswalks_table(content: Crosswalks) -> tuple[list[str], list[list]]:
    """The crosswalks as a table: the names of its columns, and its rows."""
    header = ["crosswalk", "to", "text", "note", "source", "release"]
    rows = []

    def add(kind: str, to: str, text: str, note: str, release: Release) -> None:
        rows.append([kind, to, text, note, release.get_source_display(), release.name])

    if content.hcc:
        for model in content.hcc.models:
            for item in model.categories:
                add("HCC", str(item.category), item.label, model.name, content.hcc.release)
        if not content.hcc.models:
            add("HCC", "", "Counts in no model", "", content.hcc.release)
    if content.icd_9:
        for item in content.icd_9.equivalents:
            add("ICD-9-CM", " and ".join(item.codes), "", item.sentence, content.icd_9.release)
        if content.icd_9.is_without_map:
            add("ICD-9-CM", "", "No map", "", content.icd_9.release)
    if content.conversion:
        for kind, changes in (
            ("Earlier code", content.conversion.earlier),
            ("Later code", content.conversion.later),
        ):
            for change in changes:
                since = f"Since {change.effective_date.isoformat()}"
                for link in change.codes:
                    add(kind, link.printed, link.text, since, content.conversion.release)
                if change.text:
                    add(kind, "", change.text, since, content.conversion.release)
    if content.references:
        references = content.references
        publishers = " ".join(references.publisher_lines)
        for kind, links in (
            ("Refers to", references.to),
            ("Referred to from", references.come_from),
        ):
            for link in links:
                note = publishers if link.text else ""
                add(kind, link.printed, link.text, note, references.release)
    if content.rbcs:
        place = content.rbcs
        name = ", ".join(filter(None, [place.category, place.subcategory, place.family]))
        add("RBCS", "", name, place.procedure, place.release)
    return header, rows
