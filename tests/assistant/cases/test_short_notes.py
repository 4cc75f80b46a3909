"""A note of a few sentences is a note; a question that speaks of a patient is a question."""

from datetime import date

import pytest

from assistant.cases import PartKind, parts_of
from assistant.cases.note_answer import _day_of

FOLLOW_UP = (
    "58 yo male seen for follow up of type 2 diabetes with neuropathy, well controlled on "
    "metformin. Plan: continue."
)
NOTES = [
    FOLLOW_UP,
    "72 y/o F c/o right knee pain x 3 weeks, worse with stairs. X-ray shows OA. Kenalog injected.",
    "Pt presents with cough and fever for 3 days. Lungs clear. Rx amoxicillin.",
    "45F s/p cholecystectomy, here for post op check. Wound clean.",
    "Patient seen today for hypertension. BP 142/88. Lisinopril 20 mg. Check BMP in 2 weeks.",
    "64-year-old woman presents for annual visit, history of breast cancer, on tamoxifen.",
    "8 month old brought in by mother for ear pulling. Bilateral otitis media. Amoxicillin.",
    "Mrs. [name] is a 70 year old female with COPD exacerbation, admitted for IV steroids.",
    "Assessment: CKD stage 3, hypertension. Plan: continue lisinopril, recheck labs.",
    "Excision of 1.2 cm lesion of the left forearm, closed in layers under local anesthesia.",
    # Written after the rule:
    "Pt is a 40 yo woman here with dysuria x 2 days, UA positive, given Macrobid.",
    "Follow up on COPD. Doing better on Trelegy. No wheezing. Continue.",
    "Right knee arthrocentesis, 20 ml drained, 40 mg Depo-Medrol injected, tolerated well.",
    "CC: sore throat. Strep positive. Amoxicillin 500 mg bid.",
    "Hospital follow up after CHF admission,\nedema improved, Lasix 40 mg daily.",
    "80 year old female seen at nursing home, dementia with agitation, started on Seroquel.",
]
QUESTIONS = [
    "58 year old with diabetes, which code?",
    "58 year old with diabetes. Which code?",
    "58 year old with diabetes",
    "type 2 diabetes with neuropathy",
    "Patient has Medicare, seen in the office on 3 Aug 2026. What is the fee for 99214?",
    "ICD-10 code for follow up of fracture in 70 year old",
    "Our claim for J2505 was rejected as invalid code. DOS 7/14/2026.",
    "Patient seen for follow up, claim denied by Aetna.",
    "Is a 58 yo male seen for follow up a 99213",
    "code for a 58 yo male presenting with chest pain",
    "58 yo male seen for follow up, do we bill 99213",
    "Plan: bill 99213 with 20610",
    "What modifier when the patient presents with two problems",
    "Patient seen in office and hospital the same day, how is that billed",
    "58 yo male seen for follow up of diabetes. Plan: continue. Is modifier 25 needed on 99213?",
    # Written after the rule:
    "Colonoscopy turned polypectomy for 52 year old",
    "We gave J1885 to a patient who presented with migraine",
    "Established patient visit, 25 minutes",
    "Nurse practitioner saw the patient for follow up incident to the physician",
    "Patient returned to OR within global for wound dehiscence",
    "laceration repair 3 cm right hand",
    "I have a patient who was seen for an annual and also had a mole removed",
    "Long term use of insulin in type 2 diabetic seen for eye exam",
    "Office visit for cough and fever",
]


@pytest.mark.parametrize("text", NOTES)
def test_what_tells_of_a_visit_is_a_note(text):
    assert [part.kind for part in parts_of(text)] == [PartKind.NOTE]


@pytest.mark.parametrize("text", QUESTIONS)
def test_what_asks_of_a_patient_is_a_question(text):
    assert [part.kind for part in parts_of(text)] == [PartKind.QUESTION]


@pytest.mark.parametrize(
    "text",
    [
        f"Hello,\n\n{FOLLOW_UP}\n\nThanks,\nKim",
        f"Please code: {FOLLOW_UP}",
        f"{FOLLOW_UP} Which codes?",
        f"{FOLLOW_UP}\n\nWhat are the ICD-10 codes for this visit?",
        FOLLOW_UP.replace("well", "Botox 155 units given, well") + " How do we bill?",
        f"Please code this.\n\n{FOLLOW_UP}",
    ],
)
def test_what_asks_no_more_than_to_code_it_goes_with_the_note(text):
    (part,) = parts_of(text)

    assert part.kind == PartKind.NOTE
    assert part.text.startswith("58 yo male") and part.text.endswith("Plan: continue.")


def test_what_is_to_be_done_stays_in_the_note():
    (part,) = parts_of("Pt seen for gout. Stable on allopurinol. Check uric acid in 2 weeks.")

    assert "Check uric acid" in part.text


def test_the_day_on_which_somebody_was_seen_is_the_date_of_service():
    (part,) = parts_of("Pt seen in the office on 3 Aug 2026 for gout, stable on allopurinol.")

    assert _day_of(part, date(2026, 11, 1)) == date(2026, 8, 3)
