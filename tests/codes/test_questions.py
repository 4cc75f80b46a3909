"""Questions that go to the database together."""

import pytest
from django.db import ProgrammingError

from codes.models import Release
from codes.queries.questions import Question, ask, ask_together, settled
from codes.queries.stored_rows import stored_rows
from tests.factories import make_release

pytestmark = pytest.mark.django_db


def numbers(first: int, last: int) -> Question[list[int]]:
    sql = "SELECT * FROM generate_series(%s, %s)"
    return Question(sql, [first, last], lambda rows: [number for (number,) in rows])


def test_each_question_has_its_own_answer_in_its_place(django_assert_num_queries):
    with django_assert_num_queries(1):
        found = ask_together(numbers(1, 3), settled("known"), numbers(5, 4), numbers(7, 8))
    assert found == [[1, 2, 3], "known", [], [7, 8]]


def test_what_is_settled_asks_no_database(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert ask_together(settled(1), settled(2)) == [1, 2]
        assert ask(settled([]).then(len)) == 0


def test_more_may_be_made_of_an_answer():
    assert ask(numbers(1, 4).then(sum)) == 10


def test_a_wrong_statement_among_others_is_an_error():
    with pytest.raises(ProgrammingError, match="no_such_table"):
        ask_together(numbers(1, 3), Question("SELECT * FROM no_such_table", [], list))


def test_a_stored_row_is_the_instance_that_the_model_would_give():
    made = make_release()
    [found] = ask(stored_rows(Release, "id = %s", [made.pk]))
    from_model = Release.objects.get(pk=made.pk)
    assert found == from_model and not found._state.adding
    assert found.__dict__.keys() == from_model.__dict__.keys()
    assert str(found) == str(from_model)
    found.name = "Another name"
    found.save(update_fields=["name"])
    assert Release.objects.get(pk=made.pk).name == "Another name"
