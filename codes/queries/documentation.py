"""What the record of a service must show, by family of codes, after Medicare's public rules.

In our own words. A code of no family here has no list: what is not certain is left to editors.
"""

from collections.abc import Callable
from dataclasses import dataclass

from codes.models import CodeSystem, FeeScheduleRow

_SIGNED = "Date and legible signature, by hand or electronic, of whoever did or ordered it."
_SIGNED_SOURCE = "Medicare Program Integrity Manual, chapter 3, section 3.3.2.4"
# fmt: off
_TIMED_THERAPY = frozenset((
    "97032", "97033", "97034", "97035", "97036", "97110", "97112", "97113", "97116", "97124",
    "97140", "97530", "97535", "97537", "97542", "97750", "97755", "97760", "97761", "97763",
))
# fmt: on
_IMPLANTED = frozenset(("E0782", "E0783", "E0785", "E0786"))  # no supplier delivers these


@dataclass(frozen=True)
class Checklist:
    """What the record must show of a family's services, and the public rules that say so."""

    family: str
    items: tuple[str, ...]
    sources: tuple[str, ...]


def _within(*ranges: tuple[str, str]) -> Callable[[str, FeeScheduleRow | None], bool]:
    return lambda value, row: any(first <= value <= last for first, last in ranges)


def _checklist(family: str, items: tuple[str, ...], *sources: str) -> Checklist:
    return Checklist(family, (*items, _SIGNED), (*sources, _SIGNED_SOURCE))


# The first family that a code belongs to.
_FAMILIES: list[tuple[Callable[[str, FeeScheduleRow | None], bool], Checklist]] = [
    (
        _within(("00100", "01999")),
        _checklist(
            "Anesthesia",
            (
                "Minutes of anesthesia, with the times it began and ended.",
                "The examination before, the anesthesia record, and the care after.",
                "Who gave it and who directed it, so that AA, AD, QK, QX, QY or QZ can be told.",
                "Where directed: that the physician did each step asked of medical direction.",
            ),
            "Medicare Claims Processing Manual, chapter 12, section 50",
            "42 CFR 415.110",
        ),
    ),
    (
        _within(("99202", "99205"), ("99212", "99215")),
        _checklist(
            "Office visit",
            (
                "Why the patient came, with the history and examination that this called for.",
                "By decision making: the problems addressed, the data reviewed, and the risk.",
                "By time: the practitioner’s total time on the date of the visit.",
                "New patient: no professional service within three years from the physician, or "
                "from one of the same specialty in the group.",
            ),
            "Medicare Claims Processing Manual, chapter 12, section 30.6",
        ),
    ),
    (
        _within(("96360", "96379"), ("96401", "96425")),
        _checklist(
            "Injection or infusion",
            (
                "The order, and the condition it treats.",
                "Each drug with dose, route and site.",
                "Times each infusion began and ended; without them its hours cannot be told.",
                "Where two initial services are billed: why a second vein was needed.",
            ),
            "Medicare Claims Processing Manual, chapter 12, section 30.5",
        ),
    ),
    (
        lambda value, row: value in _TIMED_THERAPY,
        _checklist(
            "Timed therapy",
            (
                "The evaluation and a plan of care, certified by the physician or practitioner.",
                "Each day’s note: what was done, the minutes of timed codes, and all minutes.",
                "Units that follow from the timed minutes of the day, by Medicare’s table.",
                "A progress report at least every 10 treatment days.",
            ),
            "Medicare Benefit Policy Manual, chapter 15, section 220.3",
            "Medicare Claims Processing Manual, chapter 5, section 20.2",
        ),
    ),
    (
        lambda value, row: "E0100" <= value <= "E2599" and value not in _IMPLANTED,
        _checklist(
            "Durable medical equipment",
            (
                "A written order: patient, item, quantity, date, practitioner’s name or NPI, and "
                "signature.",
                "The medical record that shows why the item is needed at home.",
                "Where CMS asks for it of the item: a face-to-face encounter, and the order before "
                "delivery.",
                "Proof of delivery.",
            ),
            "42 CFR 410.38(d)",
            "42 CFR 424.57(c)(12)",
        ),
    ),
    (
        _within(("J0120", "J9999")),
        _checklist(
            "Drug",
            (
                "The order, and the condition it treats.",
                "Drug, dose given, route, date, and who gave it.",
                "Of a single-dose container: the amount thrown away (JW), or that none was (JZ).",
                "Units billed that follow from the dose and the code’s own unit.",
            ),
            "Medicare Claims Processing Manual, chapter 17, section 40",
        ),
    ),
    (
        lambda value, row: row is not None and row.global_days in ("010", "090"),
        _checklist(
            "Surgery with a global period",
            (
                "Why it was done: the condition that made it necessary.",
                "A report of the procedure as it was done, with side and site.",
                "Visits billed within the period: why they do not belong to the surgery.",
                "Where aftercare is shared: the agreement and date of the transfer.",
            ),
            "Social Security Act, section 1862(a)(1)(A)",
            "Medicare Claims Processing Manual, chapter 12, section 40",
        ),
    ),
    (
        # Radiology but for treatment with rays: X-ray, CT, MRI, ultrasound, guidance by image,
        # mammography, bone density, nuclear medicine and PET.
        _within(("70010", "76999"), ("77001", "77092"), ("78012", "78999")),
        _checklist(
            "Imaging",
            (
                "The order of the practitioner who treats the patient, and the reason for it. A "
                "screening mammogram needs no order.",
                "What the code tells apart: the part of the body and the side, the number of "
                "views, whether contrast was given.",
                "The level of supervision that the test asks for.",
                "A written interpretation and report of its own, where modifier 26 or the whole is "
                "billed: a word on the image in the note of a visit belongs to the visit.",
                "The equipment, where it lowers the payment: X-ray on film (FX) or by computed "
                "radiography (FY), CT below the NEMA standard (CT).",
                "CT, MRI, PET and nuclear medicine outside a hospital: that the supplier of the "
                "technical part is accredited.",
            ),
            "42 CFR 410.32 and 410.34",
            "NCCI Policy Manual, chapter 9",
            "Medicare Claims Processing Manual, chapter 13, section 100",
            "Social Security Act, sections 1834(e), 1834(p) and 1848(b)(9)",
        ),
    ),
    (
        # Products and their administration.
        _within(("90460", "90759"), ("91300", "91323"), ("G0008", "G0010"), ("Q2034", "Q2039")),
        _checklist(
            "Vaccine or its administration",
            (
                "Date, manufacturer and lot number, and the name, address and title of whoever "
                "gave it.",
                "Which vaccine information statement was given, by its edition date, and when.",
                "Dose, route and site; product and administration that agree with each other.",
                "Hepatitis B: why the patient is one of those whom Medicare covers.",
                "Others than influenza, pneumococcal, COVID-19 and hepatitis B: the injury or "
                "exposure that Part B asks for, such as a wound and a tetanus booster.",
            ),
            "42 U.S.C. 300aa-25 and 300aa-26",
            "42 CFR 410.57 and 410.63",
            "Medicare Benefit Policy Manual, chapter 15, section 50.4.4.2",
            "Medicare Claims Processing Manual, chapter 18, section 10",
        ),
    ),
    (
        lambda value, row: row is not None and row.pctc == "1",
        _checklist(
            "Diagnostic test",
            (
                "The order of the practitioner who treats the patient, and the reason for it.",
                "The level of supervision that the test asks for.",
                "A written interpretation and report, where modifier 26 or the whole is billed.",
            ),
            "42 CFR 410.32",
            "Medicare Claims Processing Manual, chapter 13, section 100",
        ),
    ),
    (
        _within(("80047", "87999")),
        _checklist(
            "Laboratory test",
            (
                "The order of the practitioner who treats the patient, or a note that shows it.",
                "The sign, symptom or condition that the test serves.",
                "The result, and a laboratory certified under CLIA for the test.",
            ),
            "42 CFR 410.32",
            "Medicare Claims Processing Manual, chapter 16, section 70",
        ),
    ),
]


def checklist_of(system: str, value: str, row: FeeScheduleRow | None) -> Checklist | None:
    """The list of a procedure's family; `row` is the code's of the fee schedule, if it has one."""
    if system not in (CodeSystem.CPT, CodeSystem.HCPCS):
        return None
    return next((checklist for belongs, checklist in _FAMILIES if belongs(value, row)), None)
