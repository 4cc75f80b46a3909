"""What is kept of an answer shows it again; its HTML is escaped and fit for a phone."""

import json

from assistant.answer import Answer, AnswerKind, Listing, Paragraph
from assistant.facts import Citation, Table
from assistant.stored_answer import as_values, from_values

UNITS = Citation("96522, NCCI edits", "/codes/cpt/96522/ncci-edits/", "NCCI MUE, 2026 Q3")
FEES = Citation("96522, Medicare payment", "/codes/cpt/96522/medicare-payment/")


def make_answer() -> Answer:
    rows = (("96522", "$125.25", "<b>office</b>"), ("36561", "$1,300.00", ""))
    return Answer(
        AnswerKind.ANSWERED,
        [
            Paragraph("At most 1 unit a day, says <script>.", (UNITS,)),
            Listing((Paragraph("First.", (UNITS, FEES)), Paragraph("Second."))),
            Table("Fees", ("Code", "Fee", "Place"), rows, FEES),
        ],
        next_questions=["And with modifier 59?"],
    )


def test_an_answer_comes_back_as_it_was_kept():
    answer = make_answer()

    again = from_values(json.loads(json.dumps(as_values(answer))))

    assert again.to_html() == answer.to_html()
    assert again.to_text() == answer.to_text()
    assert again.citations == answer.citations
    assert (again.kind, again.next_questions) == (answer.kind, answer.next_questions)


def test_nothing_in_an_answer_is_markup():
    html = make_answer().to_html()

    assert "<script>" not in html and "&lt;script&gt;" in html
    assert "<b>" not in html


def test_amounts_stand_below_each_other_and_codes_do_not():
    html = make_answer().to_html()

    assert '<td data-label="Fee" class="figure">$1,300.00</td>' in html
    assert '<td data-label="Code" class="">36561</td>' in html
