"""Asking spends exactly one question, once; what is stored belongs to its reader."""

import uuid
from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.daily_allowance import Kind, peek
from accounts.models import DailyUse
from assistant import actions, jobs
from assistant.models import Conversation, Turn
from tests.accounts.readers import at_once, request_of
from tests.assistant.conversations import make_conversation, make_turn
from tests.factories import make_guest, make_user

pytestmark = pytest.mark.django_db


def ask(request, question="What is CPT code 99213?", *, key=None, **further):
    return actions.ask(
        request=request,
        question=question,
        form_key=key or uuid.uuid4(),
        date_of_service=date(2026, 7, 1),
        **further,
    )


def test_a_question_begins_a_conversation_titled_by_it():
    user = make_user()

    turn = ask(request_of(user), "What is\nCPT code   99213?")

    assert turn.conversation.title == "What is CPT code 99213?"
    assert turn.conversation.user == user
    assert turn.state == Turn.State.WAITING
    assert peek(request_of(user), Kind.QUESTION).remaining == 2


def test_a_follow_up_goes_on_and_costs_a_question():
    user = make_user()
    first = ask(request_of(user))

    second = ask(request_of(user), "And with modifier 25?", conversation=first.conversation)

    assert second.conversation == first.conversation
    assert peek(request_of(user), Kind.QUESTION).remaining == 1


def test_the_same_form_sent_twice_is_one_question():
    user, key = make_user(), uuid.uuid4()
    first = ask(request_of(user), key=key)

    assert ask(request_of(user), key=key) == first
    assert Conversation.objects.count() == 1
    assert peek(request_of(user), Kind.QUESTION).remaining == 2


def test_another_question_with_the_same_form_is_another():
    """As when the way back in the browser shows the form again."""
    user, key = make_user(), uuid.uuid4()

    assert ask(request_of(user), "99213?", key=key) != ask(request_of(user), "99214?", key=key)
    assert peek(request_of(user), Kind.QUESTION).remaining == 1


def test_a_form_that_another_reader_sent_asks_nothing():
    key = uuid.uuid4()
    ask(request_of(make_user()), key=key)
    other = make_user()

    with pytest.raises(actions.FormUsed):
        ask(request_of(other), key=key)
    assert peek(request_of(other), Kind.QUESTION).remaining == 3


def test_one_question_too_many_leaves_nothing_behind():
    guest = make_guest()
    ask(request_of(guest=guest))

    with pytest.raises(actions.NoQuestionsLeft) as refused:
        ask(request_of(guest=guest), "And 99214?")
    assert refused.value.allowance.is_guest
    assert Conversation.objects.count() == Turn.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_form_sent_twenty_times_at_once_is_one_question():
    user, key = make_user(), uuid.uuid4()

    turns = at_once(lambda _: ask(request_of(user), key=key), range(20))

    assert len({turn.pk for turn in turns}) == 1
    assert Conversation.objects.count() == Turn.objects.count() == 1
    assert DailyUse.objects.get().used_count == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_forms_at_once_ask_as_many_questions_as_there_are():
    user = make_user()

    def ask_or_not(_):
        try:
            return bool(ask(request_of(user)))
        except actions.NoQuestionsLeft:
            return False

    assert at_once(ask_or_not, range(20)).count(True) == 3
    assert Conversation.objects.count() == Turn.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_a_turn_is_claimed_by_one_of_many():
    turn = ask(request_of(make_user()))

    claimed = at_once(lambda _: actions.claim(turn=Turn.objects.get(pk=turn.pk)), range(10))

    assert claimed.count(True) == 1


def test_a_turn_whose_answering_was_cut_short_is_claimed_again(settings):
    turn = ask(request_of(make_user()))
    assert actions.claim(turn=turn) and not actions.claim(turn=turn)
    long_ago = timezone.now() - timedelta(seconds=settings.ASSISTANT_MAX_SECONDS + 60)
    Turn.objects.update(claimed_at=long_ago)

    assert actions.claim(turn=turn)


def test_an_answer_that_was_stopped_is_not_kept():
    turn = ask(request_of(make_user()))
    actions.claim(turn=turn)
    actions.stop(turn=Turn.objects.get())

    assert not actions.keep_answer(turn=turn, values={"answer_text": "Too late."})
    assert Turn.objects.get().state == Turn.State.STOPPED
    assert Turn.objects.get().answer_text == ""


def test_a_stopped_question_is_answered_later_for_nothing():
    user = make_user()
    turn = ask(request_of(user))
    actions.stop(turn=turn)

    assert actions.claim(turn=turn)
    assert actions.keep_answer(turn=turn, values={"answer_text": "After all."})
    assert peek(request_of(user), Kind.QUESTION).remaining == 2


def test_a_failed_question_is_given_back_once():
    request = request_of(make_user())
    turn = ask(request)
    actions.claim(turn=turn)
    actions.fail(turn=turn, request=request)
    actions.fail(turn=turn, request=request)

    assert peek(request, Kind.QUESTION).remaining == 3
    assert not actions.claim(turn=turn), "it is asked anew, not answered for nothing"


def test_sharing_again_keeps_the_link_until_it_is_taken_back():
    conversation = make_conversation(user=make_user())
    actions.share(conversation=conversation)
    first = conversation.share_token
    actions.share(conversation=conversation)
    assert conversation.share_token == first

    actions.stop_sharing(conversation=conversation)
    actions.share(conversation=conversation)
    assert conversation.share_token not in ("", first)


def test_an_empty_title_changes_nothing():
    conversation = make_conversation(user=make_user(), title="Pumps")
    actions.rename(conversation=conversation, title="  ")
    assert conversation.title == "Pumps"
    actions.rename(conversation=conversation, title=" Refills \n of pumps " + "x" * 200)
    assert conversation.title.startswith("Refills of pumps x") and len(conversation.title) == 120
    actions.rename(conversation=conversation, title="Pumps\0 of\x01 two")
    assert conversation.title == "Pumps of two"


def test_a_second_word_on_an_answer_replaces_the_first():
    turn = make_turn()
    actions.give_feedback(turn=turn, verdict="helpful")
    feedback = actions.give_feedback(turn=turn, verdict="mistake", comment=" The fee\0 is wrong. ")

    assert turn.feedback == feedback
    assert (feedback.verdict, feedback.comment) == ("mistake", "The fee is wrong.")


def test_a_guests_conversations_go_with_the_guest_who_logs_in():
    guest, user = make_guest(), make_user()
    conversation = make_conversation(guest=guest)

    assert actions.take_over(user=user, guest=guest) == 1
    conversation.refresh_from_db()
    assert (conversation.user, conversation.guest) == (user, None)


def test_guests_conversations_are_pruned_and_members_kept():
    long_ago = timezone.now() - timedelta(days=2)
    make_conversation(guest=uuid.uuid4(), updated_at=long_ago)
    fresh = make_conversation(guest=uuid.uuid4())
    kept = make_conversation(user=make_user(), updated_at=long_ago)

    jobs.prune_guest_conversations(timestamp=0)

    assert set(Conversation.objects.all()) == {fresh, kept}
