"""What the indicators of the fee schedule, of OPPS and of locality files mean, in our own words.

After the record layout in CMS's RVU zip (RVU25D.pdf with its Attachment A) and Addendum D1 of the
OPPS rule. A meaning says what follows for a claim.
"""

from typing import NamedTuple

from codes.models import FeeScheduleRow


class Meaning(NamedTuple):
    """An indicator's value in a few words, and in a sentence."""

    short: str
    sentence: str


PAYABLE_STATUSES = ("A", "R", "T")  # only their values are used for Medicare payment

STATUS = {
    "A": Meaning("Active", "Paid separately under the fee schedule, if covered."),
    "B": Meaning("Bundled", "Never paid by itself: payment is part of other services."),
    "C": Meaning("Contractor-priced", "The Medicare contractor sets the payment, case by case."),
    "D": Meaning("Deleted", "Deleted with the beginning of the year."),
    "E": Meaning(
        "Outside the fee schedule", "Not paid under the fee schedule; other rules decide."
    ),
    "F": Meaning("Discontinued", "Deleted without a period of grace."),
    "G": Meaning("Not valid for Medicare", "Medicare uses another code; had a period of grace."),
    "H": Meaning("Deleted modifier", "The component with this modifier was deleted."),
    "I": Meaning("Not valid for Medicare", "Medicare uses another code for this service."),
    "J": Meaning("Anesthesia", "Paid by base and time units, not by relative values."),
    "M": Meaning("Measurement", "For reporting of quality only; not paid."),
    "N": Meaning("Not covered", "Medicare does not cover this service."),
    "P": Meaning("Bundled or excluded", "No payment of its own under the fee schedule."),
    "R": Meaning("Restricted coverage", "Covered only under special instructions."),
    "T": Meaning(
        "Paid if nothing else is",
        "Paid only when the same provider has no other payable service on that date.",
    ),
    "X": Meaning("Excluded by law", "Not a physician service by statute; not paid here."),
}

GLOBAL_DAYS = {
    "000": Meaning("Day of service", "Includes what belongs to it on the same day, no more."),
    "010": Meaning("10 days after", "Includes the day and the 10 days after it."),
    "090": Meaning("90 days after", "Includes the day before, the day and the 90 days after it."),
    "MMM": Meaning("Maternity", "The usual global period does not apply."),
    "XXX": Meaning("No global period", "The concept does not apply."),
    "YYY": Meaning("Contractor decides", "The contractor says whether a global period applies."),
    "ZZZ": Meaning("With another service", "Lies within the global period of another service."),
}

PCTC = {
    "0": Meaning("Physician service", "Cannot be split; 26 and TC do not apply."),
    "1": Meaning("Diagnostic test", "Has a professional (26) and a technical (TC) component."),
    "2": Meaning(
        "Professional component only", "Is the professional part; 26 and TC do not apply."
    ),
    "3": Meaning("Technical component only", "Is the technical part; 26 and TC do not apply."),
    "4": Meaning("Global test only", "Its two parts have codes of their own; no 26, no TC."),
    "5": Meaning(
        "Incident to a physician",
        "Done by staff under a physician; not paid to the physician for hospital patients.",
    ),
    "6": Meaning(
        "Laboratory interpretation", "A laboratory physician's reading; TC does not apply."
    ),
    "7": Meaning(
        "Physical therapy",
        "Not paid to independent therapists for patients of a hospital.",
    ),
    "8": Meaning("Abnormal smear", "Paid only for reading an inpatient's abnormal smear; no TC."),
    "9": Meaning("Not applicable", "Professional and technical components do not apply."),
}

MULTIPLE_PROCEDURE = {
    "0": Meaning("No reduction", "No adjustment for several procedures on one day."),
    "1": Meaning("Rule before 1995", "100, 50, 25, 25 and 25 percent in the order of fees."),
    "2": Meaning("Standard reduction", "100 percent for the highest fee, 50 for each other."),
    "3": Meaning("Endoscopy family", "Within a family only what exceeds the base code is added."),
    "4": Meaning(
        "Imaging",
        "Further procedures of a session: technical part half, professional part 5 percent less.",
    ),
    "5": Meaning("Therapy", "Practice expense of further services of a day is halved."),
    "6": Meaning(
        "Cardiovascular test", "Technical part of further tests of a day 25 percent less."
    ),
    "7": Meaning("Eye test", "Technical part of further tests of a day 20 percent less."),
    "9": Meaning("Not applicable", "The concept does not apply."),
}

BILATERAL = {
    "0": Meaning("No 150 percent", "Two sides are paid as one."),
    "1": Meaning("150 percent", "Both sides together are paid at 150 percent."),
    "2": Meaning("Bilateral already", "The values are for both sides; no more is paid."),
    "3": Meaning("Each side in full", "Each side is paid at 100 percent."),
    "9": Meaning("Not applicable", "The concept does not apply."),
}

ASSISTANT = {
    "0": Meaning("With documentation", "Paid only if the need for an assistant is documented."),
    "1": Meaning("Never", "By law, an assistant at surgery is not paid."),
    "2": Meaning("Allowed", "An assistant at surgery may be paid."),
    "9": Meaning("Not applicable", "The concept does not apply."),
}

CO_SURGEON = {
    "0": Meaning("No", "Two surgeons are not paid for this procedure."),
    "1": Meaning("With documentation", "Paid if the need for two surgeons is documented."),
    "2": Meaning("Allowed", "Paid without documentation to two surgeons of different specialties."),
    "9": Meaning("Not applicable", "The concept does not apply."),
}

TEAM = {
    "0": Meaning("No", "A team of surgeons is not paid for this procedure."),
    "1": Meaning("With documentation", "Paid by report if the need for a team is documented."),
    "2": Meaning("Allowed", "A team of surgeons is paid by report."),
    "9": Meaning("Not applicable", "The concept does not apply."),
}

SUPERVISION = {
    "01": Meaning("General", "Under a physician's overall direction; presence is not needed."),
    "02": Meaning("Direct", "A physician must be at hand throughout."),
    "03": Meaning("Personal", "A physician must be in the room."),
    "04": Meaning("Psychologist, else general", "Not needed by a qualified psychologist."),
    "05": Meaning("Audiologist, else general", "Not needed by a qualified audiologist."),
    "06": Meaning(
        "Physician or certified therapist",
        "Done by a physician, or a therapist with ABPTS certification in electrophysiology.",
    ),
    "09": Meaning("Not applicable", "The concept does not apply."),
    "21": Meaning("General if certified, else direct", "General for a certified technician."),
    "22": Meaning("Online contact", "A technician in real-time contact with a physician."),
    "66": Meaning(
        "Physician or certified therapist", "ABPTS certification in the procedure needed."
    ),
    "6A": Meaning("As 66, may supervise", "The certified therapist may supervise; only they bill."),
    "77": Meaning(
        "Certified, or supervised",
        "By a certified therapist, or another under direct"
        " supervision, or a certified technician under general supervision.",
    ),
    "7A": Meaning("As 77, may supervise", "The certified therapist may supervise; only they bill."),
}

OPPS_STATUS = {
    "A": Meaning("Other fee schedule", "Paid by a schedule other than OPPS."),
    "B": Meaning("Not on this bill type", "Not recognized on an outpatient hospital bill."),
    "C": Meaning("Inpatient only", "Not paid when done for an outpatient."),
    "D": Meaning("Discontinued", "The code has ended."),
    "E1": Meaning("Not covered", "Not paid by Medicare on an outpatient bill."),
    "E2": Meaning("No price", "Not paid, since no price or claims data are at hand."),
    "F": Meaning("At cost", "Corneal tissue, certain vaccines and such are paid at cost."),
    "G": Meaning(
        "Pass-through drug", "Paid separately, as a drug or biological with pass-through."
    ),
    "H": Meaning("Pass-through device", "Paid separately, as a device with pass-through."),
    "H1": Meaning(
        "Non-opioid device", "Paid separately for pain relief after surgery, since 2025."
    ),
    "J1": Meaning("Comprehensive", "One payment covers nearly everything on the claim."),
    "J2": Meaning("Comprehensive if criteria are met", "Else paid by its own APC."),
    "K": Meaning(
        "Drug paid separately", "A drug or biological without pass-through, paid separately."
    ),
    "K1": Meaning("Non-opioid drug", "Paid separately for pain relief after surgery, since 2025."),
    "L": Meaning("Vaccine", "Influenza, pneumonia or COVID-19 vaccine, paid at cost."),
    "M": Meaning("Not billable", "Not to be billed to the contractor."),
    "N": Meaning("Packaged", "Payment is part of other services."),
    "P": Meaning("Partial hospitalization", "Paid by the day."),
    "Q1": Meaning("Packaged with S, T or V", "Paid separately only without such a service."),
    "Q2": Meaning("Packaged with T", "Paid separately only without such a service."),
    "Q3": Meaning("May be part of a composite", "Paid with others by one composite APC, or apart."),
    "Q4": Meaning(
        "Packaged laboratory test", "Paid separately only when nothing else is on the claim."
    ),
    "R": Meaning("Blood", "Blood and blood products, paid separately."),
    "S": Meaning("Procedure, no discount", "Paid in full beside other procedures."),
    "T": Meaning("Procedure, discounted", "Halved beside a costlier procedure."),
    "U": Meaning("Brachytherapy source", "Paid separately."),
    "V": Meaning("Visit", "A clinic or emergency visit, paid separately."),
    "Y": Meaning("Medical equipment", "Billed to the equipment contractor, not by the hospital."),
}

_NOT_KNOWN = Meaning("", "CMS's record layout does not explain this value.")

# Field of a row, what it is called, and the meanings of its values; in the order of the page.
FIELDS = [
    ("status", "Status", STATUS),
    ("global_days", "Global days", GLOBAL_DAYS),
    ("pctc", "PC/TC", PCTC),
    ("multiple_procedure", "Multiple procedures", MULTIPLE_PROCEDURE),
    ("bilateral", "Bilateral", BILATERAL),
    ("assistant", "Assistant at surgery", ASSISTANT),
    ("co_surgeon", "Co-surgeons", CO_SURGEON),
    ("team", "Team surgery", TEAM),
    ("supervision", "Supervision of diagnostic tests", SUPERVISION),
]


class Indicator(NamedTuple):
    """An indicator of a code: its name, the value as published, and what that means."""

    name: str
    value: str
    short: str
    sentence: str


def meaning_of(meanings: dict[str, Meaning], value: str) -> Meaning:
    return meanings.get(value, _NOT_KNOWN)


def indicators_of(row: FeeScheduleRow) -> list[Indicator]:
    """The indicators of a row with their meanings; empty ones are left out."""
    found = []
    for field, name, meanings in FIELDS:
        value = getattr(row, field)
        if not value:
            continue
        short, sentence = meaning_of(meanings, value)
        if field == "multiple_procedure" and value == "3" and row.endoscopic_base:
            sentence = f"{sentence} The base code is {row.endoscopic_base}."
        found.append(Indicator(name, value, short, sentence))
    return found
