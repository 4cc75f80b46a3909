"""What is allowed so many times a day is counted exactly, for guests and members."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import actions
from accounts.daily_allowance import Kind, give_back, peek, spend, spend_of
from accounts.models import DailyUse
from tests.accounts.readers import at_once, request_of
from tests.factories import make_guest, make_plan, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def allowances(settings):
    settings.GUEST_QUESTIONS_PER_DAY = 1
    settings.MEMBER_QUESTIONS_PER_DAY = 3


def test_a_guest_has_one_question_a_day():
    guest = make_guest()

    first = spend(request_of(guest=guest), Kind.QUESTION)
    second = spend(request_of(guest=guest), Kind.QUESTION)

    assert (first.is_granted, first.remaining) == (True, 0)
    assert (second.is_granted, second.remaining) == (False, 0)
    assert second.is_guest


def test_looking_costs_nothing():
    request = request_of(make_user())

    assert peek(request, Kind.QUESTION).remaining == 3
    assert peek(request, Kind.QUESTION).remaining == 3
    assert not DailyUse.objects.exists()


def test_each_kind_is_counted_by_itself(settings):
    settings.MEMBER_NOTES_PER_DAY = 2
    user = make_user()
    spend(request_of(user), Kind.QUESTION)

    assert peek(request_of(user), Kind.QUESTION).remaining == 2
    assert peek(request_of(user), Kind.NOTE).remaining == 2


def test_a_new_day_begins_with_the_whole_allowance():
    user = make_user()
    for _ in range(3):
        spend(request_of(user), Kind.QUESTION)
    DailyUse.objects.update(day=timezone.localdate() - timedelta(days=1))

    assert peek(request_of(user), Kind.QUESTION).remaining == 3
    assert spend(request_of(user), Kind.QUESTION).is_granted


def test_a_plan_sets_another_number():
    user = make_user(plan=make_plan(questions_per_day=1))

    assert spend(request_of(user), Kind.QUESTION).is_granted
    assert not spend(request_of(user), Kind.QUESTION).is_granted


@pytest.mark.parametrize("is_staff", [True, False])
def test_staff_and_unlimited_plans_are_not_counted(is_staff):
    plan = None if is_staff else make_plan(is_unlimited=True)
    request = request_of(make_user(is_staff=is_staff, plan=plan))

    assert spend(request, Kind.QUESTION).is_granted
    assert peek(request, Kind.QUESTION).remaining is None
    assert not DailyUse.objects.exists()


def test_an_allowance_of_none_grants_nothing(settings):
    settings.GUEST_QUESTIONS_PER_DAY = 0

    assert not spend(request_of(), Kind.QUESTION).is_granted
    assert not DailyUse.objects.exists()


def test_fresh_guests_of_one_network_are_bounded(settings):
    settings.GUESTS_PER_NETWORK_PER_DAY = 2

    granted = [spend(request_of(), Kind.QUESTION).is_granted for _ in range(4)]

    assert granted == [True, True, False, False]
    assert spend(request_of(), Kind.NOTE).is_granted
    assert DailyUse.objects.count() == 3


def test_a_use_that_led_to_nothing_is_given_back():
    user = make_user()
    spend(request_of(user), Kind.QUESTION)
    give_back(request_of(user), Kind.QUESTION)

    assert peek(request_of(user), Kind.QUESTION).remaining == 3
    give_back(request_of(user), Kind.QUESTION)
    assert peek(request_of(user), Kind.QUESTION).remaining == 3


def test_the_counts_of_past_days_are_pruned():
    user, today = make_user(), timezone.localdate()
    for age in range(4):
        day = today - timedelta(days=age)
        DailyUse.objects.create(kind=Kind.NOTE, user=user, day=day, used_count=1)

    actions.prune_views()

    days = DailyUse.objects.values_list("day", flat=True)
    assert set(days) == {today, today - timedelta(days=1)}


@pytest.mark.django_db(transaction=True)
def test_forty_parallel_uses_of_a_member_grant_the_allowance():
    user = make_user()

    granted = at_once(lambda _: spend_of(user, Kind.QUESTION).is_granted, range(40))

    assert granted.count(True) == 3
    assert DailyUse.objects.get().used_count == 3


def test_a_browser_that_is_new_gets_its_use_back_in_the_same_request():
    request = request_of()
    spend(request, Kind.QUESTION)
    give_back(request, Kind.QUESTION)

    assert DailyUse.objects.get().used_count == 0
