"""What looks like a person's identifier is masked; what looks like a code is not."""

import pytest

from search.identifiers import mask


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
    ],
)
def test_codes_dates_of_service_and_figures_stay(written):
    assert mask(written) == written
