"""Which codes stand in one row, and what leads it."""

import itertools
import zipfile
from datetime import date

import pytest

from codes.models import CodeSystem, Source
from search.find import find
from search.folding import (
    asks_for_encounter,
    aspects_that_vary,
    family_of,
    folded,
    with_initial_first,
    with_varying_words,
)
from tests.factories import make_code, make_description, make_release

ON = date(2026, 8, 1)

VARIANTS = [
    [
        ("icd-10-cm", "S72001", "Fracture of unspecified part of neck of right femur"),
        (
            "icd-10-cm",
            "S72001A",
            "Fracture of unspecified part of neck of right femur, initial encounter for closed "
            "fracture",
        ),
        (
            "icd-10-cm",
            "S72009D",
            "Fracture of unspecified part of neck of unspecified femur, subsequent encounter for "
            "closed fracture with routine healing",
        ),
        ("icd-10-cm", "S72002S", "Fracture of unspecified part of neck of left femur, sequela"),
    ],
    [
        ("icd-10-cm", "M1711", "Unilateral primary osteoarthritis, right knee"),
        ("icd-10-cm", "M1712", "Unilateral primary osteoarthritis, left knee"),
    ],
    [
        ("icd-10-cm", "H6500", "Acute serous otitis media, unspecified ear"),
        ("icd-10-cm", "H6503", "Acute serous otitis media, bilateral"),
    ],
    [
        ("icd-10-cm", "I70211", "Atherosclerosis with intermittent claudication, right leg"),
        ("icd-10-cm", "I70213", "Atherosclerosis with intermittent claudication, bilateral legs"),
    ],
    [
        ("icd-10-cm", "H401111", "Primary open-angle glaucoma, right eye, mild stage"),
        ("icd-10-cm", "H401120", "Primary open-angle glaucoma, left eye, stage unspecified"),
    ],
    [
        ("icd-10-pcs", "0SR9019", "Replacement of Right Hip Joint with Metal, Cemented, Open"),
        ("icd-10-pcs", "0SRB0JZ", "Replacement of Left Hip Joint with Substitute, Open Approach"),
    ],
]
APART = [
    ("icd-10-cm", "E1140", "Type 2 diabetes mellitus with diabetic neuropathy, unspecified"),
    ("icd-10-cm", "E1142", "Type 2 diabetes mellitus with diabetic polyneuropathy"),
    ("icd-10-cm", "E1040", "Type 1 diabetes mellitus with diabetic neuropathy, unspecified"),
    ("icd-10-cm", "S52001A", "Unspecified fracture of upper end of right ulna, initial encounter"),
    ("icd-10-cm", "S42001A", "Unspecified fracture of upper end of right ulna, initial encounter"),
    ("icd-10-pcs", "0SRC0JZ", "Replacement of Right Knee Joint with Substitute, Open Approach"),
    ("icd-10-pcs", "0SWC0JZ", "Revision of Right Knee Joint with Substitute, Open Approach"),
    ("hcpcs", "E0130", "Walker, rigid (pickup), adjustable or fixed height"),
    ("hcpcs", "E0131", "Walker, rigid (pickup), adjustable or fixed height"),
    ("cpt", "96522", ""),
    ("cpt", "96523", ""),
]


@pytest.mark.parametrize("variants", VARIANTS)
def test_side_encounter_and_the_like_make_variants(variants):
    assert len({family_of(*code) for code in variants}) == 1


def test_what_differs_in_more_stands_apart():
    assert len({family_of(*code) for code in APART}) == len(APART)


def test_a_family_stands_where_its_best_member_does():
    left, right = (("icd-10-cm", f"H57{n}", f"Pain of {n} eye") for n in ("left", "right"))
    other = ("icd-10-cm", "R52", "Pain")

    assert folded([left, other, right]) == [[0, 2], [1]]
    assert folded([other, right, other, left]) == [[0], [1, 3], [2]]
    assert folded([]) == []


def test_a_header_does_not_hide_its_unspecified_code():
    header = ("icd-10-cm", "E06", "Thyroiditis")
    unspecified = ("icd-10-cm", "E069", "Thyroiditis, unspecified")

    assert folded([header, unspecified]) == [[0], [1]]


def test_the_first_encounter_leads_its_family():
    assert with_initial_first(["S6290XS", "S6290XB", "S6290XA"]) == [2, 0, 1]
    assert with_initial_first(["S6291XS", "S6290XA"]) == [0, 1]  # of another side
    assert with_initial_first(["S6290", "S6290XS", "S6290XA"]) == [0, 1, 2]
    assert with_initial_first([""]) == [0]


@pytest.mark.parametrize(
    ("question", "is_asked"),
    [
        ("sequela of wrist fracture", True),
        ("open fracture wrist", True),
        ("follow-up hip fracture", True),
        ("healing fracture", True),
        ("broken wrist", False),
        ("translated", False),
    ],
)
def test_a_question_may_ask_for_another_encounter(question, is_asked):
    assert asks_for_encounter(question) is is_asked


def test_the_words_that_vary_are_told_apart_and_nothing_becomes_markup():
    assert with_varying_words("icd-10-cm", "Cut of <left> & right eye, sequela") == (
        "Cut of &lt;<b>left</b>&gt; &amp; <b>right eye</b>, <b>sequela</b>"
    )
    assert with_varying_words("hcpcs", "Left & right") == "Left &amp; right"


def test_it_is_told_in_what_variants_differ():
    texts = [text for _, _, text in VARIANTS[0]]

    assert aspects_that_vary("icd-10-cm", texts) == ["side", "encounter"]
    assert aspects_that_vary("icd-10-cm", [text for _, _, text in VARIANTS[2]]) == ["side"]
    assert aspects_that_vary("icd-10-pcs", [text for _, _, text in VARIANTS[5]]) == [
        "side",
        "device",
        "approach",
    ]
    assert aspects_that_vary("icd-10-cm", ["Acne", "Acne, unspecified"]) == []


@pytest.fixture
def fractures(db):
    release = make_release(source=Source.ICD_10_CM_ORDER, valid_from=date(2025, 10, 1))
    for value, long in [
        ("S72.001", "Fracture of neck of right femur"),
        ("S72.001A", "Fracture of neck of right femur, initial encounter"),
        ("S72.001D", "Fracture of neck of right femur, subsequent encounter"),
        ("S72.002A", "Fracture of neck of left femur, initial encounter"),
        ("S12.9", "Fracture of neck"),
    ]:
        make_description(
            make_code(value, system=CodeSystem.ICD_10_CM),
            release=release,
            long=long,
            is_billable=value != "S72.001",
        )


@pytest.mark.usefixtures("fractures")
def test_a_folded_answer_counts_rows_and_keeps_the_rank_of_the_best():
    rows = find("fracture neck", ON, is_folded=True)

    assert rows.hits[0].key == "icd-10-cm:S12.9"
    assert len(rows.hits) == rows.row_total == 2
    assert rows.total == 5
    assert len(rows.hits[1].variants) == 3
    in_rank_order = [hit.key for hit in find("fracture neck", ON).hits]
    lead, *others = (hit.key for hit in [rows.hits[1], *rows.hits[1].variants])
    assert [lead, *others] == [key for key in in_rank_order if key != "icd-10-cm:S12.9"]


@pytest.mark.usefixtures("fractures")
def test_pages_of_rows_follow_each_other():
    first, second, third = (
        find("fracture neck", ON, limit=1, offset=offset, is_folded=True) for offset in (0, 1, 2)
    )

    assert len(first.hits) == len(second.hits) == 1
    assert first.hits[0].key != second.hits[0].key
    assert third.hits == []
    assert first.row_total == third.row_total == 2


@pytest.mark.usefixtures("fractures")
def test_a_header_is_not_exact_enough():
    assert find("S72.001", ON, is_exact_enough=True).hits[0].key == "icd-10-cm:S72.001"
    assert find("S72.001A", ON, is_exact_enough=True).hits == []


@pytest.mark.real_data
def test_the_families_of_all_diagnoses_are_small_and_tell_their_members_apart(real_data):
    with zipfile.ZipFile(real_data / "icd10cm" / "cms_2026_dx.zip") as archive:
        lines = archive.read("icd10cm_order_2026.txt").decode("latin-1").splitlines()
    families = {}
    for line in lines:
        # Columns of CMS's order file: code, whether it is billable, long description.
        value, is_billable, long = line[6:13].strip(), line[14] == "1", line[77:].strip()
        family = family_of("icd-10-cm", value, long)
        families.setdefault(family, []).append((value, long, is_billable))

    sizes = [len(family) for family in families.values()]
    assert max(sizes) == 53  # a fracture: three sides, sixteen encounters, and their headers
    assert sum(sizes) / len(sizes) > 3
    neck = next(family for family in families.values() if family[0][0] == "S7200")
    assert {value[:5] for value, _, _ in neck} == {"S7200"}
    # Within a row two codes that a claim may carry differ in what the row sets apart.
    alike = [
        (first[0], second[0])
        for family in families.values()
        for first, second in itertools.pairwise(sorted(family, key=lambda item: item[1]))
        if first[2] and second[2] and first[1] == second[1]
    ]
    assert not alike
