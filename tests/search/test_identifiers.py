"""What looks like a person's identifier is masked; what looks like a code is not."""

import pytest

from search.identifiers import mask, masked


@pytest.mark.parametrize(
    ("written", "masked"),
    [
        ("Patient John Smith had 96522", "Patient [name] had 96522"),
        ("for Mr. O’Brien, 99213", "for Mr. [name], 99213"),
        ("name: Mary Ann, 99213", "name: [name], 99213"),
        ("DOB 01/02/1950, 36561", "DOB [date], 36561"),
        ("date of birth: 2 Jan 1950", "date of birth: [date]"),
        ("born on January 2, 1950", "born on [date]"),
        ("SSN 123-45-6789", "SSN [number]"),
        ("MBI 1EG4-TE5-MK73", "MBI [number]"),
        ("MBI 1eg4te5mk73", "MBI [number]"),
        ("MRN: 0012345", "MRN: [number]"),
        ("member id W123-4567", "member id [number]"),
        ("call 555-867-5309 or (555) 867-5309", "call [phone] or [phone]"),
        ("write to jane.doe@example.org", "write to [e-mail]"),
        ("claim 2024123456789", "claim [number]"),
        ("SSN: 123 45 6789", "SSN: [number]"),
        ("Seen by Dr. Smith today", "Seen by Dr. [name] today"),
        ("Dr. Jane Q. Public agrees", "Dr. [name] agrees"),
        ("Mrs Dawson-Hill came", "Mrs. [name] came"),
        ("Andrew Campbell is a 59-year-old male", "[name] is a 59-year-old male"),
        ("Andrew Campbell, a 59 year old male", "[name], a 59 year old male"),
        ("Signed: Jane Doe, MD", "Signed: [name], MD"),
        ("lives at 12 North Main Street, Apt 4", "lives at [address]"),
        ("at 4500 Oak Ave, Springfield, KY 40069", "at [address]"),
        ("write to PO Box 771", "write to [address]"),
        ("see https://portal.example.org/p/1?a=2", "see [web address]"),
        ("policy number: XJ-99812", "policy number: [number]"),
        ("Insurance ID: XYZ123456789", "Insurance ID: [number]"),
        ("MR#: 889900, Acct 0099887", "MR#: [number], Acct [number]"),
        ("Social Security Number: 123 45 6789", "Social Security Number: [number]"),
        ("Cell: 555-0199", "Cell: [phone]"),
        ("Patient: John Q. Smith, 50", "Patient: [name], 50"),
        ("PATIENT: SMITH, JOHN A  DOB: 1/2/1950", "PATIENT: [name]  DOB: [date]"),
        ("NAME: JOHN SMITH", "NAME: [name]"),
        ("Pt: Jane Doe", "Pt: [name]"),
        ("Provider: Jane Doe", "Provider: [name]"),
        ("Next of kin: Robert Brown", "Next of kin: [name]"),
        ("DR. LOPEZ AND MRS. O'BRIEN", "DR. [name] AND MRS. [name]"),
        ("MR. SMITH IS HERE. SMITH WALKS.", "MR. [name] IS HERE. [name] WALKS."),
        ("mr. smith and dr. jones", "mr. [name] and dr. [name]"),
        ("Dr. van der Berg", "Dr. [name]"),
        ("Attending: JOHN SMITH, M.D.", "Attending: [name], M.D."),
        ("Seen by Jane Doe NP", "Seen by [name] NP"),
        ("Smith, John is a 45-year-old man", "[name] is a 45-year-old man"),
        ("John is a 45 year old man", "[name] is a 45 year old man"),
    ],
)
def test_what_names_a_person_is_masked(written, masked):
    assert mask(written) == masked


@pytest.mark.parametrize(
    "written",
    [
        "Can 96522 be billed with 36561 on the same day?",
        "Is 96522 covered for C79.51 in Florida?",
        "What does Medicare pay for 99213 in 90210-1234?",
        "How many units of J9271 on 07/01/2026, or 2024-07-01?",
        "What changed in HCPCS in July 2026?",
        "Codes 96521-96523, 0JH60MZ and 02HV33Z",
        "It paid $12,345,678.90 in all",
        "Which patient status does Place Of Service 22 mean?",
        "Does the patient need modifier 59?",
        "Codes Z45.1, J9271 and E11.65 on 1 Jul 2026; ICD-10-CM of 10/01/2025",
        "Parkinson disease, Wilson disease and Crohn's disease",
        "A Colles fracture; Dr. Smith fracture is no name of ours",
        "Alzheimer's and Graves are diseases as well",
        "Blood pressure 120/80, pulse 72, on 12/10/2025",
        "She takes metformin 1000 mg, 2 of 500 mg each",
        "An 82-year-old male is a patient",
        "Patient Agreements: The patient understands.",
        "Patient: Denies pain. Provider: Return in 2 weeks. Pt: Alert and oriented",
        "PATIENT: DENIES CHEST PAIN. HISTORY OF MS. DIABETES. CARDIAC MR IMAGING.",
        "She is a 45-year-old woman; Patient is a 45-year-old man",
        "dr. said that the dr. appointment is at 3",
        "Room 12 Main is where the court sits",
        "1-2-3 and 99213-25, 10-20-30",
    ],
)
def test_codes_dates_of_service_and_figures_stay(written):
    assert mask(written) == written


def test_what_was_masked_is_counted_by_kind():
    found = masked("Mr. Dawson, DOB 01/02/1950, MRN 0012345, call 555-867-5309 or 555-867-5310")

    assert found.text == "Mr. [name], DOB [date], MRN [number], call [phone] or [phone]"
    assert found.counts == {"name": 1, "date of birth": 1, "number": 1, "phone": 2}
    assert found.count == 5
    assert masked("Nothing of that kind").counts == {}


def test_a_name_found_once_is_masked_wherever_it_recurs():
    found = masked("Diana Prewitt is a 40-year-old female. Diana walks. Ms. Prewitt's knee hurts.")

    assert found.text == "[name] is a 40-year-old female. [name] walks. Ms. [name]'s knee hurts."


def test_a_name_that_is_also_a_disease_leaves_the_disease_alone():
    found = mask("Mr. Parkinson has Parkinson disease. Mr. Huntley fears Huntley syndrome.")

    assert found == "Mr. [name] has Parkinson disease. Mr. [name] fears Huntley syndrome."


def test_a_long_text_of_anything_is_read_at_once():
    for part in ("Mr. A", "a" * 50, "1-", "Main ", "@a.", "name: ", "Aa "):
        assert mask(part * (50_000 // len(part))) is not None
