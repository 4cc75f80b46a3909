"""Which codes a note supports: what its words mean, and what the guidelines make of them."""

from datetime import date

import pytest

from codes.models import Code, CodeSystem, OfficialDescription, Source
from search.index import current, kept
from search.models import Term
from search.notes.coding import coded
from search.notes.proposals import Confidence
from tests.factories import make_description, make_release

pytestmark = pytest.mark.django_db(transaction=True)

DAY = date(2026, 7, 15)
DIAGNOSES = {
    "A419": "Sepsis, unspecified organism",
    "C50": "Malignant neoplasm of breast",
    "C50911": "Malignant neoplasm of unspecified site of right female breast",
    "C50912": "Malignant neoplasm of unspecified site of left female breast",
    "C50919": "Malignant neoplasm of unspecified site of unspecified female breast",
    "C50922": "Malignant neoplasm of unspecified site of left male breast",
    "C4492": "Squamous cell carcinoma of skin",
    "D049": "Carcinoma in situ of skin, unspecified",
    "E06": "Thyroiditis",
    "E069": "Thyroiditis, unspecified",
    "E10": "Type 1 diabetes mellitus",
    "E1042": "Type 1 diabetes mellitus with diabetic polyneuropathy",
    "E109": "Type 1 diabetes mellitus without complications",
    "E11": "Type 2 diabetes mellitus",
    "E1122": "Type 2 diabetes mellitus with diabetic chronic kidney disease",
    "E1142": "Type 2 diabetes mellitus with diabetic polyneuropathy",
    "E11621": "Type 2 diabetes mellitus with foot ulcer",
    "E118": "Type 2 diabetes mellitus with unspecified complications",
    "E119": "Type 2 diabetes mellitus without complications",
    "E66": "Overweight and obesity",
    "E669": "Obesity, unspecified",
    "F329": "Major depressive disorder, single episode, unspecified",
    "F331": "Major depressive disorder, recurrent, moderate",
    "F03": "Unspecified dementia",
    "F02B0": "Dementia in other diseases classified elsewhere, moderate, without behavioral "
    "disturbance, psychotic disturbance, mood disturbance, and anxiety",
    "F03B": "Unspecified dementia, moderate",
    "F03B0": "Unspecified dementia, moderate, without behavioral disturbance, psychotic "
    "disturbance, mood disturbance, and anxiety",
    "F03B4": "Unspecified dementia, moderate, with anxiety",
    "G30": "Alzheimer's disease",
    "G301": "Alzheimer's disease with late onset",
    "G309": "Alzheimer's disease, unspecified",
    "G439": "Migraine, unspecified",
    "G4390": "Migraine, unspecified, not intractable",
    "G43901": "Migraine, unspecified, not intractable, with status migrainosus",
    "G43909": "Migraine, unspecified, not intractable, without status migrainosus",
    "G4391": "Migraine, unspecified, intractable",
    "G43911": "Migraine, unspecified, intractable, with status migrainosus",
    "G629": "Polyneuropathy, unspecified",
    "I10": "Essential hypertension",
    "I110": "Hypertensive heart disease with heart failure",
    "I129": "Hypertensive chronic kidney disease with stage 1 through stage 4 chronic kidney "
    "disease, or unspecified chronic kidney disease",
    "I21": "Acute myocardial infarction",
    "I219": "Acute myocardial infarction, unspecified",
    "I25": "Chronic ischemic heart disease",
    "I251": "Atherosclerotic heart disease of native coronary artery",
    "I2510": "Atherosclerotic heart disease of native coronary artery without angina pectoris",
    "I25110": "Atherosclerotic heart disease of native coronary artery with unstable angina",
    "I252": "Old myocardial infarction",
    "I429": "Cardiomyopathy, unspecified",
    "I50": "Heart failure",
    "I509": "Heart failure, unspecified",
    "I63": "Cerebral infarction",
    "I639": "Cerebral infarction, unspecified",
    "I69354": "Hemiplegia and hemiparesis following cerebral infarction affecting left "
    "non-dominant side",
    "I69391": "Dysphagia following cerebral infarction",
    "J189": "Pneumonia",
    "J111": "Influenza",
    "J440": "Chronic obstructive pulmonary disease with (acute) lower respiratory infection",
    "J449": "Chronic obstructive pulmonary disease, unspecified",
    "J9600": "Acute respiratory failure, unspecified whether with hypoxia or hypercapnia",
    "J9601": "Acute respiratory failure with hypoxia",
    "K21": "Gastro-esophageal reflux disease",
    "K210": "Gastro-esophageal reflux disease with esophagitis",
    "K219": "Gastro-esophageal reflux disease without esophagitis",
    "K8010": "Calculus of gallbladder with chronic cholecystitis",
    "K8020": "Calculus of gallbladder",
    "L975": "Non-pressure chronic ulcer of other part of foot",
    "L9751": "Non-pressure chronic ulcer of other part of right foot",
    "L9752": "Non-pressure chronic ulcer of other part of left foot",
    "L97519": "Non-pressure chronic ulcer of other part of right foot with unspecified severity",
    "M17": "Osteoarthritis of knee",
    "M170": "Bilateral primary osteoarthritis of knee",
    "M171": "Unilateral primary osteoarthritis of knee",
    "M1711": "Unilateral primary osteoarthritis, right knee",
    "M1712": "Unilateral primary osteoarthritis, left knee",
    "M179": "Osteoarthritis of knee, unspecified",
    "M2555": "Pain in hip",
    "M25551": "Pain in right hip",
    "M25552": "Pain in left hip",
    "M25559": "Pain in unspecified hip",
    "M54": "Dorsalgia",
    "M541": "Radiculopathy",
    "M5410": "Radiculopathy, site unspecified",
    "M5416": "Radiculopathy, lumbar region",
    "N18": "Chronic kidney disease (CKD)",
    "N1831": "Chronic kidney disease, stage 3a",
    "N184": "Chronic kidney disease, stage 4 (severe)",
    "N189": "Chronic kidney disease, unspecified",
    "N40": "Benign prostatic hyperplasia",
    "N400": "Benign prostatic hyperplasia without lower urinary tract symptoms",
    "N401": "Benign prostatic hyperplasia with lower urinary tract symptoms",
    "O099": "Supervision of high risk pregnancy, unspecified",
    "O0990": "Supervision of high risk pregnancy, unspecified, unspecified trimester",
    "O0993": "Supervision of high risk pregnancy, unspecified, third trimester",
    "R12": "Heartburn",
    "R519": "Headache, unspecified",
    "S525": "Fracture of lower end of radius",
    "S52502": "Unspecified fracture of the lower end of left radius",
    "Z3A28": "28 weeks gestation of pregnancy",
    "Z6834": "Body mass index [BMI] 34.0-34.9, adult",
    "Z8673": "Personal history of transient ischemic attack (TIA), and cerebral infarction "
    "without residual deficits",
    "Z955": "Presence of coronary angioplasty implant and graft",
    "Z96651": "Presence of right artificial knee joint",
    "Z96659": "Presence of unspecified artificial knee joint",
    "Z9641": "Presence of insulin pump (external) (internal)",
    "Z794": "Long term (current) use of insulin",
    "Z992": "Dependence on renal dialysis",
}
TERMS = {
    "HTN": "essential hypertension",
    "CKD": "chronic kidney disease",
    "COPD": "chronic obstructive pulmonary disease",
    "CVA": "cerebral infarction stroke",
    "BPH": "benign prostatic hyperplasia",
    "LUTS": "lower urinary tract symptoms",
    "GERD": "gastro-esophageal reflux disease",
    "CMP": "cardiomyopathy",
    "F/C": "fever chills",
    "heartburn": "gastro-esophageal reflux",
    "CAD": "atherosclerotic heart disease of native coronary artery",
    "MI": "myocardial infarction",
    "heart attack": "acute myocardial infarction",
    "flu": "influenza",
    "flu shot": "influenza vaccine administration",
}


@pytest.fixture(autouse=True)
def index(tmp_path, settings, monkeypatch):
    settings.SEARCH_DIR = tmp_path / "search"
    settings.SEARCH_MODEL_DIR = tmp_path / "no-model"
    settings.SEARCH_FOLLOW_SECONDS = 0.001
    monkeypatch.setattr(current, "start_maker", lambda: None)
    current.forget()
    release = make_release(source=Source.ICD_10_CM_ORDER, valid_from=date(2025, 10, 1))
    codes = Code.objects.bulk_create(
        Code(system=CodeSystem.ICD_10_CM, value=value) for value in sorted(DIAGNOSES)
    )
    OfficialDescription.objects.bulk_create(
        OfficialDescription(
            code=code,
            release=release,
            long=DIAGNOSES[code.value],
            is_billable=not any(
                other != code.value and other.startswith(code.value) for other in DIAGNOSES
            ),
        )
        for code in codes
    )
    make_description("J3301", long="Injection, triamcinolone acetonide, not otherwise specified, "
                     "10 mg", is_billable=True)  # fmt: skip
    Term.objects.all().delete()
    Term.objects.bulk_create(Term(term=term, meanings=meaning) for term, meaning in TERMS.items())
    kept.make()
    yield
    current.forget()


def codes_of(notes) -> dict[str, str]:
    """The printed codes of each note, in their order."""
    return {
        note: " ".join(sorted(proposal.printed for proposal in coded(note, DAY).proposals))
        for note in notes
    }


def test_the_words_of_a_note_are_no_more_than_they_say():
    wanted = {
        # A test is no disease of its name, an organ not its inflammation.
        "PLAN\nWill check TSH and CMP. Thyroid is normal.": "",
        "ASSESSMENT\nThe thyroid is enlarged. GERD.": "K21.9",
        # A lay word that codes have themselves is taken as it is written.
        "ASSESSMENT\nHeartburn.": "R12",
        # Two letters across a blank are no abbreviation of a pair.
        "HPI\n45 yo F c/o headache.": "R51.9",
        "ASSESSMENT\nEdema secondary to COPD.": "J44.9",
        # Without capitals, abbreviations are read in small letters.
        "67 year old man with copd and htn. impression copd stable.": "I10 J44.9",
    }

    assert codes_of(wanted) == wanted


def test_signs_and_lists_deny_what_they_stand_before():
    wanted = {
        "ROS\n[x] headache [ ] heartburn\nDx:\n[x] HTN\n[ ] COPD": "I10 R51.9",
        "ASSESSMENT\n?pneumonia\nSymptoms: -heartburn, no GERD": "",
        "ASSESSMENT\nNot septic. Neg for pneumonia.": "",
        # A denial does not go on to what there is.
        "PMH\nh/o CVA without residual deficits, s/p right total knee replacement": (
            "Z86.73 Z96.651"
        ),
    }

    assert codes_of(wanted) == wanted


def test_the_words_of_a_note_choose_the_code_that_says_no_more():
    wanted = {
        "ASSESSMENT\nMigraine.": "G43.909",
        "ASSESSMENT\nCAD, stable.": "I25.10",
        "ASSESSMENT\nModerate dementia.": "F03.B0",
        "ASSESSMENT\nBPH.": "N40.0",
        "ASSESSMENT\nBPH with LUTS.": "N40.1",
        "ASSESSMENT\nType 2 diabetes.": "E11.9",
        "ASSESSMENT\nLumbar radiculopathy.": "M54.16",
        "ASSESSMENT\nFracture of the left distal radius.": "S52.502",
        "ASSESSMENT\nFracture of the distal left radius.": "S52.502",
        "HPI\nShe feels a lump.\nDx: Malignant neoplasm of the left breast.": "C50.912",
        "HPI\nHe feels a lump.\nDx: Malignant neoplasm of the left breast.": "C50.922",
        "A: Heart failure.": "I50.9",
        "Dx: Left knee osteoarthritis.": "M17.12",
        # Where no code is for both sides, each has its own.
        "Dx: Bilateral hip pain.": "M25.551 M25.552",
    }

    assert codes_of(wanted) == wanted


def test_what_a_note_says_there_is_not_chooses_no_code():
    wanted = {
        "Dx: GERD with esophagitis.": "K21.0",
        "Dx: GERD without esophagitis.": "K21.9",
        "Dx: Migraine, not intractable.": "G43.909",
        "Dx: Type 2 diabetes, on insulin.": "E11.9 Z79.4",
        "Dx: Type 2 diabetes, not on insulin.": "E11.9",
        "Dx: Squamous cell carcinoma of skin.": "C44.92",
        "Dx: Squamous cell carcinoma in situ.": "D04.9",
    }

    assert codes_of(wanted) == wanted


def test_the_words_of_a_note_are_those_of_the_codes_in_the_end():
    wanted = {
        "Dx: Gallstones.": "K80.20",
        "Dx: Cholelithiasis with chronic cholecystitis.": "K80.10",
        "Dx: Acute hypoxic respiratory failure.": "J96.01",
        "Dx: Major depressive disorder.\nDx: Major depressive disorder, recurrent, moderate.": (
            "F33.1"
        ),
        "Dx: Flu.": "J11.1",
        "A: Flu shot today.": "",
    }

    assert codes_of(wanted) == wanted


def test_a_stage_is_read_beside_the_disease_and_in_the_next_sentence():
    stages = ["CKD 4", "CKD stage IV", "CKD4", "CKD. Now at stage 4"]
    wanted = {f"ASSESSMENT\n{stage}.": "N18.4" for stage in stages}
    # That of another disease is not taken.
    wanted["ASSESSMENT\nChronic kidney disease. Heart failure, stage 4."] = "I50.9 N18.9"

    assert codes_of(wanted) == wanted


def test_codes_are_combined_and_completed_as_the_guidelines_have_it():
    wanted = {
        "Dx:\n#HTN\n#CKD3a\n#Type 2 diabetes": "E11.22 I12.9 N18.31",
        "Dx: COPD with pneumonia.": "J18.9 J44.0",
        "Dx: Alzheimer's disease, late onset, with moderate dementia.": "F02.B0 G30.1",
        "Dx: Type 1 diabetes. Polyneuropathy.": "E10.42",
        "Dx: Left hemiparesis due to old CVA. Dysphagia following stroke.": "I69.354 I69.391",
        "Dx: No dysphagia following stroke.": "",
        "Dx: Type 2 diabetes with foot ulcer on the right.": "E11.621 L97.519",
        "Dx: Obesity, BMI 34.2.": "E66.9 Z68.34",
    }

    assert codes_of(wanted) == wanted


def test_what_is_past_or_in_place_has_codes_of_its_own():
    wanted = {
        "Dx: CAD. Coronary stent in 2021. Old MI.": "I25.10 I25.2 Z95.5",
        "PMH\nHeart attack, HTN.": "I10 I25.2",
        "Dx: CKD stage 4, on hemodialysis.": "N18.4 Z99.2",
        "Dx: Type 1 diabetes, on a pump of insulin. Insulin pump works.": "E10.9 Z96.41",
        # What is planned is not there yet.
        "PLAN\nShe is scheduled for a right total knee replacement next month.": "",
        "28 weeks pregnant.\nDx: Supervision of high risk pregnancy.": "O09.93 Z3A.28",
    }

    assert codes_of(wanted) == wanted


def test_a_code_that_the_note_gives_takes_the_place_of_what_its_words_say():
    note = "ASSESSMENT\n1. Obesity (E66.9)\n2. HTN - I10\n3. r/o COPD (J44.9)\nJ3301 given"
    proposals = {item.printed: item for item in coded(note, DAY).proposals}

    assert set(proposals) == {"E66.9", "I10", "J3301"}
    assert proposals["E66.9"].reason == "The note gives the code."
    assert proposals["E66.9"].confidence == Confidence.STRONG


def test_evidence_covers_all_the_words_of_what_it_names():
    note = "ASSESSMENT\nThe patient has type 2 diabetes."
    (proposal,) = coded(note, DAY).proposals

    assert [note[item.start : item.end] for item in proposal.evidence] == ["type 2 diabetes"]
