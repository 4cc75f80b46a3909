"""What is read in a question, before the record is asked."""

from datetime import date

import pytest

from assistant.question import Topic, read_question, with_context, with_earlier

TODAY = date(2026, 11, 25)


def read(text: str):
    return read_question(text, TODAY)


@pytest.mark.parametrize(
    ("text", "codes", "modifiers"),
    [
        ("What is CPT code 99213?", ["99213"], []),
        ("can j9271 be billed with 96413-59", ["96413", "J9271"], ["59"]),
        ("Is z45.1 covered", ["Z45.1"], []),
        ("modifier 25 on 99214", ["99214"], ["25"]),
        ("does 93306 need modifiers 26 or TC?", ["93306"], ["26", "TC"]),
        ("0708T and G0463", ["0708T", "G0463"], []),
        ("the number 123456 and 12", [], []),
        ("what does it cost", [], []),
    ],
)
def test_codes_and_modifiers_are_found(text, codes, modifiers):
    asked = read(text)

    assert (list(asked.codes), list(asked.modifiers)) == (codes, modifiers)


@pytest.mark.parametrize(
    "text",
    ["96521-96523", "codes 96521 to 96523", "from 96521 through 96523", "96521–96523 differ how"],
)
def test_a_range_is_one_thing(text):
    assert read(text).ranges == (("96521", "96523"),)
    assert read(text).codes == ()


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("as of June 2024", date(2024, 6, 1)),
        ("on 7/1/2024", date(2024, 7, 1)),
        ("seen 7/1/24", date(2024, 7, 1)),
        ("on 2024-07-15", date(2024, 7, 15)),
        ("on July 4th, 2023", date(2023, 7, 4)),
        ("on 4 Jul 2023", date(2023, 7, 4)),
        ("in 2024 Q3", date(2024, 7, 1)),
        ("in the third quarter of 2024", date(2024, 7, 1)),
        ("in 2023", date(2023, 1, 1)),
        ("in 2026", TODAY),
        ("last year", date(2025, 11, 25)),
        ("on 2/30/2024", None),
        ("may I bill it", None),
    ],
)
def test_dates_are_read_as_people_write_them(text, day):
    assert read(f"Is 96522 valid {text}?").date_of_service == day


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("fee of 99213 in 90210", "90210"),
        ("99213 fee ZIP code 94110", "94110"),
        ("99213 carrier 01112 locality 05", "01112-05"),
        ("99213 in locality 01112-05", "01112-05"),
        ("99213 in Florida", "FL"),
        ("99213 in FL", "FL"),
        ("99213 in West Virginia", "WV"),
        ("99213 or 99214", ""),
    ],
)
def test_places_are_told_from_codes(text, place):
    asked = read(f"What does Medicare pay for {text}?")

    assert asked.place == place
    assert "99213" in asked.codes


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("Can 96522 be billed with 36561 on the same day?", Topic.PAIR),
        ("is 36000 bundled into 96365", Topic.PAIR),
        ("Which modifier bypasses that edit?", Topic.BYPASS),
        ("how many units of J9271 per day", Topic.UNITS),
        ("MUE for 96372", Topic.UNITS),
        ("what do they reimburse for 99213", Topic.FEE),
        ("rvu 99213", Topic.FEE),
        ("APC of 96522", Topic.OPPS),
        ("is it covered for C79.51", Topic.COVERAGE),
        ("which LCD names J9271", Topic.COVERAGE),
        ("modifiers for 27447", Topic.MODIFIERS),
        ("Does Z45.1 need a seventh character?", Topic.SEVENTH),
        ("excludes1 of E11", Topic.GUIDELINES),
        ("global period of 27447", Topic.COMPLIANCE),
        ("HCC for E11.9", Topic.CROSSWALKS),
        ("What replaced J1030?", Topic.REPLACED),
        ("difference between 96521 and 96522", Topic.COMPARE),
        ("What changed in HCPCS in July 2026?", Topic.CHANGES),
        ("is 96522 an add-on code", Topic.ADD_ON),
        ("what is 96522", Topic.MEANING),
    ],
)
def test_the_topic_is_read_from_the_words_people_use(text, topic):
    assert topic in read(text).topics


def test_a_follow_up_keeps_the_subject_and_what_was_asked():
    first = read("Can 96522 be billed with 36561 on the same day?")
    second = with_earlier(read("and in outpatient hospital?"), first)
    third = with_earlier(read("and with modifier 59?"), second)
    fourth = with_earlier(read("as of June 2024?"), third)

    assert fourth.codes == ("96522", "36561")
    assert Topic.PAIR in fourth.topics
    assert (fourth.setting, fourth.modifiers) == ("hospital", ("59",))
    assert fourth.date_of_service == date(2024, 6, 1)


def test_a_follow_up_with_another_code_asks_the_same_of_it():
    first = read("What does Medicare pay for 99213 in 90210?")
    second = with_earlier(read("and for 99214?"), first)

    assert (second.codes, second.place) == (("99214",), "90210")
    assert second.topics == (Topic.FEE,)


def test_a_new_question_takes_nothing_over():
    first = read("Can 96522 be billed with 36561 in June 2024?")
    second = with_earlier(read("How many units of J9271 per day?"), first)

    assert second.codes == ("J9271",)
    assert second.date_of_service is None


def test_words_of_a_search_are_what_is_left():
    asked = read("What is the ICD-10 code for a broken left wrist?")

    assert asked.asks_for_a_code
    assert asked.system == "icd-10-cm"
    assert asked.words == "broken left wrist"


@pytest.mark.parametrize(
    "text",
    ["Should I take aspirin?", "can I sue my doctor", "tell me a joke", "what is the weather"],
)
def test_other_subjects_are_seen(text):
    assert read(text).is_out_of_scope


@pytest.mark.parametrize(
    "text",
    ["", " ", "\x00\x01", "😀" * 50, "שלום" * 20, "'; DROP TABLE codes; --", "<b>96522</b>",
     "-" * 5000, "9" * 5000, "A" * 3000, "96522-" * 400, "(" * 2000, "\ud800 96522"],
)  # fmt: skip
def test_any_text_can_be_read(text):
    assert len(read(text).text) <= 2000


@pytest.mark.parametrize(
    ("text", "zip_code"),
    [
        ("our clinic is in Tampa, FL 33602", "33602"),
        ("fee for 99204 in KY 40202-1234", "40202"),
        ("we are in Kentucky, 40202.", "40202"),
        ("fee in KY 99213", ""),
        ("state: KY, 99213", ""),
        ("CAN I BILL 99213, OR 20610", ""),
        ("99213, 20610", ""),
        ("Is 76942 included in 20611?", ""),
    ],
)
def test_the_zip_code_of_an_address_is_no_code(text, zip_code):
    asked = read(text)

    assert asked.zip_code == zip_code
    assert zip_code not in asked.codes


def test_a_blood_pressure_is_no_date():
    assert read("BP 148/86, then 150/90/60").date_of_service is None


def test_a_small_word_behind_modifiers_is_none():
    assert read("which modifiers go with 99214").modifiers == ()
    assert read("modifier GO on 97530").modifiers == ("GO",)


def test_what_is_said_beside_a_question_fills_what_it_leaves_open():
    said = read("36561 was done in an office in Ohio on 3 Aug 2026 for an Aetna member.")

    own = with_context(read("How many units of J9271 in Texas?"), said)
    pair = with_context(read("Can we also bill 96522 with it?"), said)
    bare = with_context(read("Which modifier is needed?"), said)
    covered = with_context(read("Is G0447 covered?"), read("Dx E66.01, 99213 was done."))

    assert (own.codes, own.state, own.date_of_service) == (("J9271",), "TX", date(2026, 8, 3))
    assert (own.setting, own.payer) == ("practitioner", "Aetna")
    assert pair.codes == ("36561", "96522")
    assert (bare.codes, bare.state) == (("36561",), "OH")
    assert covered.codes == ("G0447", "E66.01")
