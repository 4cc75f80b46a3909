"""The demonstration data: what its files hold, and how they are loaded."""

import re
from collections import Counter
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from codes.demonstration import (
    FOLDER,
    PLAIN_DESCRIPTION,
    FixtureError,
    load_demonstration,
    read_code,
    read_codes,
)
from codes.models import (
    Code,
    CodeSystem,
    OfficialDescription,
    PlainDescription,
    Release,
    SectionSlug,
    SectionText,
    Source,
    printed_value,
)
from tests.factories import make_release

CODES = {code.key: code for code in read_codes()}
TEXTS = [
    pytest.param(text, id=f"{value} {name}")
    for (_, value), code in CODES.items()
    for name, text in code.texts.items()
]
DESCRIPTOR_OF_96522 = (
    "Refilling and maintenance of implantable pump or reservoir for drug delivery, systemic "
    "(eg, intravenous, intra-arterial)"
)
GOOD_FILE = """---
system: hcpcs
code: A4220
title: Kit for refilling a pump
reviewed: 2026-11-16
---

# plain-description

A kit.
"""


def links_of(markdown: str) -> list[str]:
    return re.findall(r"\]\(([^)]*)\)", markdown)


def words_of(markdown: str) -> int:
    return len(re.sub(r"\]\([^)]*\)", "", markdown).split())


class Tags(HTMLParser):
    """The tags and addresses of rendered text."""

    def __init__(self, html: str):
        super().__init__()
        self.tags, self.addresses = set(), set()
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.addresses |= {value for name, value in attrs if name == "href"}


def load() -> str:
    out = StringIO()
    call_command("load_demonstration", stdout=out)
    return out.getvalue()


def everything_stored() -> list:
    """Every row the load could touch, with all its values and its versions."""
    models = [Code, Release, OfficialDescription, PlainDescription, SectionText]
    models += [PlainDescription.history.model, SectionText.history.model]
    return [list(model.objects.order_by("pk").values()) for model in models]


# The files


def test_there_are_forty_five_codes_of_three_systems():
    counts = Counter(code.system for code in CODES.values())

    assert counts == {CodeSystem.CPT: 19, CodeSystem.HCPCS: 12, CodeSystem.ICD_10_CM: 14}


def test_no_cpt_code_but_96522_has_official_text():
    described = {
        code.value: (code.long, code.short)
        for code in CODES.values()
        if code.system == CodeSystem.CPT and code.has_official_text
    }

    assert described == {"96522": (DESCRIPTOR_OF_96522, "")}
    others = [text for code in CODES.values() for text in code.texts.values()]
    assert not [text for text in others if DESCRIPTOR_OF_96522[:40].lower() in text.lower()]


def test_every_hcpcs_and_icd_10_cm_code_has_official_text():
    assert not [
        code.value
        for code in CODES.values()
        if code.system != CodeSystem.CPT and not (code.short and code.long)
    ]


def test_every_icd_10_cm_code_stands_below_its_headers():
    values = {value for system, value in CODES if system == CodeSystem.ICD_10_CM}

    for value in values:
        header = CODES[CodeSystem.ICD_10_CM, value[:3]]
        assert not header.is_billable
        below = [other for other in values if other != value and other.startswith(value)]
        assert CODES[CodeSystem.ICD_10_CM, value].is_billable != bool(below)


@pytest.mark.parametrize("text", TEXTS)
def test_every_link_leads_to_a_demonstration_code_in_its_canonical_form(text):
    addresses = {f"/codes/{system}/{printed_value(system, value)}/" for system, value in CODES}

    assert set(links_of(text)) <= addresses


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_plain_markdown_with_headings_from_the_third_level(text):
    assert "<" not in text
    assert not re.search(r"^(#{1,2}|#{5,}) ", text, re.MULTILINE)
    assert not re.search(r"\[[^]]*\]\s*\[|\]\(\s*\)|!\[|!$", text, re.MULTILINE)


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.value)
def test_a_plain_description_is_of_readable_length(code):
    words = words_of(code.texts[PLAIN_DESCRIPTION])

    assert (60 if code.is_billable else 30) <= words <= 160


def test_96522_has_every_section_an_editor_writes():
    sections = set(CODES[CodeSystem.CPT, "96522"].texts) - {PLAIN_DESCRIPTION}

    assert sections == set(SectionSlug.values) - {SectionSlug.HISTORY}
    assert all(words_of(CODES[CodeSystem.CPT, "96522"].texts[slug]) > 100 for slug in sections)


def test_clinical_use_is_told_in_its_three_parts():
    told = [
        re.findall(r"^### (.+)", code.texts[SectionSlug.CLINICAL_USE], re.MULTILINE)
        for code in CODES.values()
        if SectionSlug.CLINICAL_USE in code.texts
    ]

    assert len(told) >= 9
    assert all(parts == ["Indications", "Procedure", "After the procedure"] for parts in told)


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("hcpcs/A4220.md", "---\nsystem", "system", "between two lines of three hyphens"),
        ("hcpcs/A4221.md", "", "", "to be named hcpcs/A4220.md"),
        ("hcpcs/A4220.md", "hcpcs", "icd-9", "not a code of a system"),
        ("hcpcs/A4220.md", "code: A4220", "code: 4220", "not a code of a system"),
        ("hcpcs/A4220.md", "title:", "heading:", "line 4: expected one of added, billable"),
        ("hcpcs/A4220.md", "title: Kit for refilling a pump\n", "", "title missing"),
        ("hcpcs/A4220.md", "2026-11-16", "16 Nov 2026", "a date such as 2026-11-16"),
        ("hcpcs/A4220.md", "# plain-description", "# plain", "line 8: expected a text's name"),
        ("hcpcs/A4220.md", "# plain-description\n", "", "line 9: a text without its name"),
        ("hcpcs/A4220.md", "A kit.\n", "", "plain-description has no text"),
    ],
)
def test_a_wrong_file_is_named_with_what_was_expected(tmp_path, name, old, new, message):
    file = tmp_path / name
    file.parent.mkdir()
    file.write_text(GOOD_FILE.replace(old, new, 1))

    with pytest.raises(FixtureError, match=re.escape(message)) as error:
        read_code(file)
    assert str(file) in str(error.value)


def test_the_good_file_of_these_tests_is_read(tmp_path):
    file = tmp_path / "hcpcs" / "A4220.md"
    file.parent.mkdir()
    file.write_text(GOOD_FILE)

    assert read_code(file).texts == {PLAIN_DESCRIPTION: "A kit."}


def test_an_empty_folder_is_said_to_be_empty(tmp_path):
    with pytest.raises(FixtureError, match="holds no demonstration files"):
        read_codes(tmp_path)


# Loading


@pytest.mark.django_db
def test_everything_in_the_files_is_loaded_and_published():
    told = load()

    sections = sum(len(code.texts) - 1 for code in CODES.values())
    assert told.startswith(
        f"Loaded 45 codes, 27 official descriptions, 45 plain-language descriptions and "
        f"{sections} sections."
    )
    assert Code.objects.count() == PlainDescription.objects.count() == 45
    assert OfficialDescription.objects.count() == 27
    assert SectionText.objects.count() == sections
    for model in (PlainDescription, SectionText):
        for row in model.objects.all():
            assert row.state == row.State.PUBLISHED
            assert row.reviewed_date == CODES[row.code.system, row.code.value].reviewed_date


@pytest.mark.django_db
def test_official_texts_stand_in_demonstration_releases():
    load()

    sources = {Source.HCPCS_LEVEL_II, Source.ICD_10_CM_ORDER, Source.ENTERED_BY_HAND}
    releases = Release.objects.filter(is_demonstration=True, state=Release.State.PUBLISHED)
    assert {release.source for release in releases} == sources
    assert Release.objects.count() == 3
    descriptor = OfficialDescription.objects.get(code__system=CodeSystem.CPT)
    assert (descriptor.code.value, descriptor.long) == ("96522", DESCRIPTOR_OF_96522)
    assert descriptor.release.source == Source.ENTERED_BY_HAND
    ended = OfficialDescription.objects.get(code__value="J9070")
    assert ended.termination_date == date(2024, 3, 31)
    header = OfficialDescription.objects.get(code__value="Z45")
    assert not header.is_billable


@pytest.mark.django_db
def test_the_texts_are_rendered_with_their_links_and_nothing_dangerous():
    load()

    rows = [*PlainDescription.objects.all(), *SectionText.objects.all()]
    tags, addresses = set(), set()
    for row in rows:
        assert row.published_html
        assert "](" not in row.published_html
        found = Tags(row.published_html)
        tags |= found.tags
        addresses |= found.addresses
        assert len(links_of(row.text)) == row.published_html.count("<a ")
    assert {"p", "a", "ul", "ol", "li", "h3", "strong", "table", "th", "td"} <= tags
    assert not tags & {"script", "style", "iframe", "img", "h1", "h2", "form", "input"}
    assert all(address.startswith("/codes/") for address in addresses)


@pytest.mark.django_db
def test_loading_twice_changes_nothing():
    load()
    before = everything_stored()

    assert "loaded already; nothing changed" in load()
    assert everything_stored() == before


@pytest.mark.django_db
@pytest.mark.parametrize("model", [PlainDescription, SectionText])
def test_a_text_that_was_edited_is_not_overwritten_and_nothing_is_loaded(model):
    load()
    row = model.objects.get(pk=model.objects.first().pk)
    row.text = "Our own words."
    row.save()
    Code.objects.exclude(pk=row.code_id).delete()
    before = everything_stored()

    with pytest.raises(CommandError, match=re.escape(str(row))):
        load()
    assert everything_stored() == before


@pytest.mark.django_db
def test_a_text_of_a_real_code_that_was_written_before_is_kept():
    code = Code.objects.create(system=CodeSystem.CPT, value="96522")
    PlainDescription.objects.create(code=code, text="Written here first.")

    with pytest.raises(CommandError, match=r"1 of the texts were written or edited here"):
        load()
    assert PlainDescription.objects.get().text == "Written here first."
    assert not Release.objects.exists()


@pytest.mark.django_db
def test_a_text_that_an_editor_deleted_does_not_come_back():
    load()
    compliance = SectionText.objects.filter(
        section=SectionSlug.COMPLIANCE, code__value="96522", code__system=CodeSystem.CPT
    )
    compliance.get().delete()

    with pytest.raises(CommandError, match="Compliance of CPT® 96522"):
        load()
    assert not compliance.exists()


@pytest.mark.django_db
def test_a_later_version_of_the_files_renews_what_nobody_has_edited():
    load()
    changed = CODES[CodeSystem.HCPCS, "A4220"]
    texts = changed.texts | {PLAIN_DESCRIPTION: "A kit, described anew."}
    codes = {**CODES, changed.key: replace(changed, texts=texts, short="Refill kit")}

    loaded = load_demonstration(codes=list(codes.values()))

    assert (loaded.plain_descriptions, loaded.sections, loaded.descriptions) == (1, 0, 1)
    plain = PlainDescription.objects.get(code__value="A4220")
    assert "described anew" in plain.published_html
    assert plain.history.count() == 2


@pytest.mark.django_db
def test_real_releases_keep_their_place():
    make_release(source=Source.HCPCS_LEVEL_II)
    make_release(source=Source.CPT_DESCRIPTORS, valid_from=date(2026, 1, 1))

    told = load()

    assert "those of the real releases: CPT®, HCPCS Level II" in told
    assert [r.source for r in Release.objects.filter(is_demonstration=True)] == [
        Source.ICD_10_CM_ORDER
    ]
    assert PlainDescription.objects.count() == 45


@pytest.mark.django_db
def test_a_demonstration_release_made_way_for_does_not_come_back():
    load()
    Release.objects.filter(source=Source.HCPCS_LEVEL_II).update(state=Release.State.WITHDRAWN)
    make_release(source=Source.HCPCS_LEVEL_II)

    load()

    published = Release.objects.get(source=Source.HCPCS_LEVEL_II, state=Release.State.PUBLISHED)
    assert not published.is_demonstration


@pytest.mark.django_db
@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.value)
def test_the_page_of_every_demonstration_code_opens(client, code):
    load_demonstration(codes=[code])

    page = client.get(f"/codes/{code.system}/{printed_value(code.system, code.value)}/")

    assert page.status_code == 200
    assert 'id="plain-description"' in page.content.decode()


# Against the publishers' own files, where they are at hand


@pytest.mark.real_data
def test_hcpcs_wording_and_dates_are_the_publishers(real_data):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(real_data / "hcpcs" / "HCPC2026_JUL_ANWEB.xlsx", read_only=True)
    rows = book.worksheets[0].iter_rows(values_only=True)
    header = [str(name).strip() for name in next(rows)]
    official = {row[0]: dict(zip(header, row, strict=False)) for row in rows}

    for code in CODES.values():
        if code.system == CodeSystem.HCPCS:
            row = official[code.value]
            assert (code.long, code.short) == (row["LONG DESCRIPTION"], row["SHORT DESCRIPTION"])
            assert f"{code.added_date:%Y%m%d}" == row["ADD DT"]
            ended = f"{code.termination_date:%Y%m%d}" if code.termination_date else ""
            assert ended == (row["TERM DT"] or "")


@pytest.mark.real_data
def test_icd_10_cm_wording_is_the_publishers(real_data):
    from zipfile import ZipFile

    with ZipFile(real_data / "icd10cm" / "cms_2026_dx.zip") as archive:
        lines = archive.read("icd10cm_order_2026.txt").decode("latin-1").splitlines()
    official = {
        line[6:13].strip(): (line[14] == "1", line[16:76].strip(), line[77:].strip())
        for line in lines
    }

    for code in CODES.values():
        if code.system == CodeSystem.ICD_10_CM:
            assert (code.is_billable, code.short, code.long) == official[code.value]


def test_the_readme_of_the_files_names_every_field():
    told = (FOLDER.parent / "README.md").read_text()

    for name in ("system", "code", "title", "short", "long", "billable", "added", "ended"):
        assert f"`{name}`" in told
