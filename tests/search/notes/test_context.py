"""What a sentence says of what it names, and the parts and sides it speaks of."""

import pytest

from search.notes.combining import combinations_of
from search.notes.context import State, context_of
from search.notes.encounter import completed, encounter_of
from search.notes.relatives import family_code
from search.notes.sections import Section, sections_of
from search.notes.sentences import sentences_of
from search.notes.sides import side_of


def context(sentence: str, section: Section = Section.PRESENT):
    """The context of what stands between asterisks."""
    before, named, after = sentence.split("*")
    return context_of(before + named + after, len(before), len(before) + len(named), section)


@pytest.mark.parametrize(
    ("sentence", "state"),
    [
        ("She has *hypertension*.", State.PRESENT),
        ("He reports *chest pain* since Monday.", State.PRESENT),
        ("He denies *chest pain*.", State.DENIED),
        ("He denies fever, chills, *nausea* and vomiting.", State.DENIED),
        ("Denies any symptoms at this time including rash, *nausea*.", State.DENIED),
        ("He denies fever but reports *cough*.", State.PRESENT),
        ("No *edema* in the legs.", State.DENIED),
        ("There is no evidence of *osteomyelitis*.", State.DENIED),
        ("The x-rays did not reveal any evidence of *osteomyelitis*.", State.DENIED),
        ("*Pneumonia* was ruled out.", State.DENIED),
        ("Tobacco use: *smoker*: never", State.DENIED),
        ("Rule out *pneumonia*.", State.UNCERTAIN),
        ("Possible *pneumonia* on the left.", State.UNCERTAIN),
        ("This could be due to severe *aortic stenosis*.", State.UNCERTAIN),
        ("*Gout* is suspected.", State.UNCERTAIN),
        ("Findings consistent with *gout*.", State.UNCERTAIN),
        ("I believe this is *gout*, consistent with the fluid.", State.PRESENT),
        ("His mother had *diabetes*.", State.RELATIVE),
        ("Family history of *breast cancer*.", State.RELATIVE),
        ("He is here with his wife and he has *diabetes*.", State.PRESENT),
        ("Risks of surgery include bleeding, infection and, rarely, *stroke*.", State.HYPOTHETICAL),
        ("If she develops *fever*, she will call.", State.HYPOTHETICAL),
        ("Testing will show if he does have *Lyme disease*.", State.HYPOTHETICAL),
        ("She had her *COVID*-19 vaccine.", State.HYPOTHETICAL),
        ("She was vaccinated for *COVID*-19.", State.HYPOTHETICAL),
        ("No change in his *hypertension*.", State.PRESENT),
        ("Never treated for *hypertension*.", State.PRESENT),
        ("Without question this is *gout*.", State.PRESENT),
        ("[x] *headache* [ ] fever", State.PRESENT),
        ("[ ] *headache*", State.DENIED),
        ("He is not experiencing *chest pain*.", State.DENIED),
        ("Not currently *depressed*.", State.DENIED),
        ("No new *headaches*.", State.DENIED),
        ("He no longer has *headaches*.", State.DENIED),
        ("Pertinent negatives include fever and *cough*.", State.DENIED),
        ("Symptoms: -*fever*", State.DENIED),
        ("*Fever* (-)", State.DENIED),
        ("*Chest pain*-free", State.DENIED),
        ("Neg for *pneumonia*.", State.DENIED),
        ("?*pneumonia*", State.UNCERTAIN),
        ("Shoulder pain, most likely due to *tendinopathy*.", State.UNCERTAIN),
        ("No fever; pain due to *gout*.", State.PRESENT),
        ("Infiltrate c/w *pneumonia*.", State.UNCERTAIN),
        ("We will screen her today for *syphilis*.", State.UNCERTAIN),
        ("Will check *HIV*.", State.HYPOTHETICAL),
        ("Seen by the *infectious disease* doctor.", State.HYPOTHETICAL),
        ("*Diabetes* in his father.", State.RELATIVE),
        ("Family hx of *CAD*.", State.RELATIVE),
    ],
)
def test_a_sentence_affirms_denies_doubts_or_speaks_of_others(sentence, state):
    assert context(sentence).state == state


@pytest.mark.parametrize(
    ("sentence", "is_past"),
    [
        ("History of *gout*.", True),
        ("She is status post *cholecystectomy*.", True),
        ("*Gout* in 2019.", True),
        ("He has *gout*.", False),
    ],
)
def test_what_is_past_is_told_from_what_is_present(sentence, is_past):
    assert context(sentence).is_past is is_past


def test_in_a_family_history_everything_is_of_a_relative():
    assert context("*Diabetes*.", Section.FAMILY).state == State.RELATIVE


@pytest.mark.parametrize(
    ("sentences", "side"),
    [
        (["Right knee pain."], "right"),
        (["Pain of the LEFT hip"], "left"),
        (["Bilateral cataracts"], "bilateral"),
        (["Both knees hurt"], "bilateral"),
        (["The left one is worse than the right"], ""),
        (["She left the clinic; call right away"], ""),
        (["He is a right-handed man with left wrist pain"], "left"),
        (["L wrist pain", "Knee (L)"], "left"),
        (["Cataract OD"], "right"),
        (["Dry eyes OU", "b/l knees"], "bilateral"),
        (["C/L spine, L4-5, r/o fracture"], ""),
        (["Knee pain"], ""),
        ([], ""),
    ],
)
def test_the_side_is_read_where_one_is_told(sentences, side):
    assert side_of(sentences) == side


@pytest.mark.parametrize(
    ("sentences", "encounter"),
    [
        (["He presents for an initial evaluation of his ankle."], "A"),
        (["She fell yesterday."], "A"),
        (["Follow-up of her wrist sprain."], "D"),
        (["Seen for late effects of a burn."], "S"),
        (["She fell yesterday.", "Follow-up visit."], ""),
        (["We will see him for a follow-up visit."], ""),
        (["Ankle sprain."], ""),
    ],
)
def test_the_encounter_is_read_where_the_words_tell_one(sentences, encounter):
    assert encounter_of(sentences) == encounter


def test_an_encounter_completes_a_code_unless_its_endings_tell_more():
    plain = ["S93401A", "S93401D", "S93401S"]
    fracture = ["S52501A", "S52501B", "S52501D", "S52501S"]

    assert completed("S93401", plain, "D") == "S93401D"
    assert completed("S93401", plain, "") == ""
    assert completed("S52501", fracture, "A", "Fracture of the radius.") == "S52501A"
    assert completed("S52501", fracture, "D", "Fracture, healing well.") == "S52501D"
    assert completed("S52501", fracture, "A", "Open fracture of the radius.") == ""
    assert completed("S52501", fracture, "D", "Nonunion of the fracture.") == ""
    assert completed("S52501", fracture, "") == ""


@pytest.mark.parametrize(
    ("heading", "section"),
    [
        ("HPI:", Section.PRESENT),
        ("HISTORY OF PRESENT ILLNESS", Section.PRESENT),
        ("PMH:", Section.PAST),
        ("Family History:", Section.FAMILY),
        ("Social History", Section.SOCIAL),
        ("REVIEW OF SYSTEMS", Section.SYSTEMS),
        ("PHYSICAL EXAM", Section.EXAM),
        ("Medications:", Section.MEDICATIONS),
        ("PROCEDURES", Section.PROCEDURES),
        ("Assessment and Plan", Section.ASSESSMENT),
        ("IMPRESSION", Section.ASSESSMENT),
        ("A/P:", Section.ASSESSMENT),
        ("PLAN", Section.PLAN),
        ("**Plan:**", Section.PLAN),
        ("S: Sore throat", Section.PRESENT),
        ("A: Strep", Section.ASSESSMENT),
        ("Dx: Strep", Section.ASSESSMENT),
    ],
)
def test_sections_are_found_by_their_headings(heading, section):
    found = sections_of(f"{heading}\n\nSome words.\n")

    assert [span.section for span in found] == [section]


def test_a_note_without_headings_is_one_part():
    assert [span.section for span in sections_of("Knee pain.\nX-ray.")] == [Section.OTHER]


def test_sentences_keep_their_places_and_do_not_end_at_titles():
    text = "HPI\n\nSeen by Dr. Jones at 3 p.m. for pain. He fell.\n• Denies fever."
    found = [text[item.start : item.end] for item in sentences_of(text)]

    assert found[-2:] == ["He fell.", "Denies fever."]
    assert not any(sentence.endswith("Dr.") for sentence in found)


@pytest.mark.parametrize(
    ("values", "combined"),
    [
        (["I10", "I509"], ["I110"]),
        (["I10", "N183"], ["I129"]),
        (["I10", "N186"], ["I120"]),
        (["I10", "I509", "N183"], ["I130"]),
        (["E119", "N183"], ["E1122"]),
        (["E119", "R739"], ["E1165"]),
        (["I10", "E119"], []),
    ],
)
def test_diagnoses_that_are_reported_as_one_are_combined(values, combined):
    assert [item.value for item in combinations_of(values)] == combined


@pytest.mark.parametrize(
    ("value", "family"), [("C50911", "Z803"), ("C719", "Z809"), ("E119", "Z833"), ("S8001XA", "")]
)
def test_a_relatives_disease_has_a_code_of_its_own(value, family):
    assert family_code(value) == family
