"""Servers differ and fail: what they say is read, or is one sentence, and never anything else."""

import threading

import pytest

from assistant.language_model.budget import Budget, BudgetSpent
from assistant.language_model.client import ModelError, ToolRequest, ask_model
from tests.assistant.scripted_model import answers, calls, says

QUESTION = [{"role": "user", "content": "What is 96522?"}]


def ask(model, reply, **budget):
    model.script = [reply]
    return ask_model(
        QUESTION, budget=Budget(**{"calls": 5, "tokens": 5000, "seconds": 60} | budget)
    )


def test_text_arrives_in_parts(model):
    assert ask(model, says("A pump ", "is refilled.")).text == "A pump is refilled."


def test_calls_of_tools_are_put_together(model):
    reply = ask(model, calls(("look_up", {"code": "96522"}), ("pair", {"codes": ["96522"]})))

    assert reply.requests == [
        ToolRequest("call0", "look_up", {"code": "96522"}),
        ToolRequest("call1", "pair", {"codes": ["96522"]}),
    ]


def without_indexes(talk):
    talk.begin()
    talk.delta(tool_calls=[{"id": "a", "function": {"name": "look_up", "arguments": '{"code":'}}])
    talk.delta(tool_calls=[{"function": {"arguments": '"96522"}'}}])
    talk.delta(tool_calls=[{"id": "b", "function": {"name": "pair", "arguments": "{}"}}])
    talk.end("tool_calls")


def test_calls_without_an_index_are_told_apart_by_their_ids(model):
    assert ask(model, without_indexes).requests == [
        ToolRequest("a", "look_up", {"code": "96522"}),
        ToolRequest("b", "pair", {}),
    ]


def without_ids(talk):
    talk.begin()
    function = {"name": "look_up", "arguments": '{"code": "96522"}'}
    talk.delta(content=None, tool_calls=[{"index": 0, "function": function}])
    talk.end("tool_calls")


def test_calls_without_an_id_get_one(model):
    assert ask(model, without_ids).requests == [ToolRequest("call-0", "look_up", {"code": "96522"})]


def with_empty_choices(talk):
    talk.begin()
    talk.chunk([])
    talk.delta(role="assistant", content=None)
    talk.delta(content="Here.")
    talk.end()
    talk.chunk([])


def test_empty_choices_and_null_content_are_passed_over(model):
    assert ask(model, with_empty_choices).text == "Here."


@pytest.mark.parametrize("arguments", ['{"code": ', "[1, 2]", "96522", '"96522"'])
def test_arguments_that_are_no_object_are_told_as_none(model, arguments):
    assert ask(model, calls(("look_up", arguments))).requests[0].arguments is None


def with_broken_json(talk):
    talk.begin()
    talk.delta(content="Half")
    talk.send('data: {"choices": [{"delta"\n\n')
    talk.end()


def broken_off(talk):
    talk.begin()
    talk.delta(content="Half an ans")


def of_another_shape(talk):
    talk.begin()
    talk.send('data: {"choices": "none"}\n\n')


def with_a_wild_index(talk):
    talk.begin()
    talk.delta(tool_calls=[{"index": 7, "id": "a", "function": {"name": "x", "arguments": ""}}])
    talk.end("tool_calls")


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (answers(429), "The language model is busy."),
        (answers(500), "The language model answered with an error."),
        (answers(401), "The language model answered with an error."),
        (answers(200, "hello"), "broke off"),
        (answers(200, '{"choices": []}'), "broke off"),
        (with_broken_json, "broke off or could not be read"),
        (broken_off, "broke off"),
        (of_another_shape, "broke off"),
        (with_a_wild_index, "could not be read"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(model, reply, sentence):
    with pytest.raises(ModelError, match=sentence):
        ask(model, reply)


def test_an_answer_that_was_cut_off_is_none(model):
    def cut(talk):
        talk.begin()
        talk.delta(content="At most 3")
        talk.end("length")

    with pytest.raises(ModelError, match="cut off"):
        ask(model, cut)


def test_a_server_that_is_not_there_cannot_be_reached(settings):
    settings.ASSISTANT_BASE_URL = "http://127.0.0.1:1/v1"
    settings.ASSISTANT_MODEL = "scripted"

    with pytest.raises(ModelError, match="cannot be reached"):
        ask_model(QUESTION, budget=Budget(calls=1, tokens=1000, seconds=60))


def test_a_server_that_says_nothing_is_not_waited_for(model):
    done = threading.Event()

    def silent(talk):
        talk.begin()
        done.wait(60)

    with pytest.raises(ModelError, match="did not answer in time"):
        ask(model, silent, seconds=0.5)
    done.set()


def test_slow_tokens_end_with_the_seconds(model):
    """Each token comes in time, all of them together would not."""
    ticks = iter(range(1000))

    def endless(talk):
        talk.begin()
        for _ in range(1000):
            talk.delta(content="a ")
        talk.end()

    model.script = [endless]
    budget = Budget(calls=1, tokens=100_000, seconds=40, clock=lambda: next(ticks))
    with pytest.raises(BudgetSpent, match="too long"):
        ask_model(QUESTION, budget=budget)


def test_endless_text_ends_with_the_tokens(model):
    with pytest.raises(BudgetSpent, match="more text"):
        ask(model, says(*["word " * 100] * 100), tokens=1000)


def test_nothing_is_sent_once_the_seconds_are_over(model):
    with pytest.raises(BudgetSpent):
        ask(model, says("Hello"), seconds=0)
    assert model.requests == []
