"""What a view costs, whom, and when it is free again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import actions, meter
from accounts.models import CodeView, NetworkDay, User, ViewPeriod
from tests.accounts.readers import request_of
from tests.factories import make_guest, make_plan, make_user, make_views

pytestmark = pytest.mark.django_db

A, B, C = "cpt:96522", "cpt:96521", "hcpcs:J9000"


def open_codes(*codes, **reader):
    return [meter.look(request_of(**reader), code).open() for code in codes]


def days_ago(days):
    return timezone.now() - timedelta(days=days)


def test_a_guest_opens_one_code_and_the_second_stays_locked():
    guest = make_guest()
    first, second = open_codes(A, B, guest=guest)
    assert first.is_open and first.remaining == 0 and first.is_guest
    assert not second.is_open and second.remaining == 0
    assert second.locked_reason == "views-used-up"
    assert (second.guest_views, second.member_extra_views) == (1, 5)


def test_a_fresh_guest_sees_the_whole_allowance_and_no_renewal_date_yet():
    reading = meter.peek(request_of())
    assert (reading.remaining, reading.allowance, reading.used) == (1, 1, 0)
    assert reading.renews_on is None and not reading.is_open


def test_the_same_code_again_is_free():
    guest = make_guest()
    readings = open_codes(A, A, A, guest=guest)
    assert all(reading.is_open for reading in readings)
    assert readings[-1].used == 1


def test_a_member_opens_six_codes_and_the_seventh_stays_locked():
    user = make_user()
    readings = open_codes(*(f"cpt:1000{n}" for n in range(7)), user=user)
    assert [reading.is_open for reading in readings] == [True] * 6 + [False]
    assert [reading.remaining for reading in readings] == [5, 4, 3, 2, 1, 0, 0]
    assert not readings[-1].is_guest


def test_views_renew_thirty_days_after_the_first_view():
    guest = make_guest(A, started_at=days_ago(29.99))
    (reading,) = open_codes(B, guest=guest)
    assert not reading.is_open
    assert reading.renews_on == timezone.localdate(days_ago(29.99) + timedelta(days=30))

    ViewPeriod.objects.filter(guest=guest).update(started_at=days_ago(30))
    assert meter.peek(request_of(guest=guest)).remaining == 1
    (reading,) = open_codes(B, guest=guest)
    assert reading.is_open and reading.remaining == 0
    assert reading.renews_on == timezone.localdate(timezone.now() + timedelta(days=30))


def test_a_code_of_the_last_period_costs_a_view_in_the_next():
    user = make_user()
    make_views(A, B, user=user, started_at=days_ago(31))
    (reading,) = open_codes(A, user=user)
    assert reading.is_open and reading.used == 1
    assert [view.code_key for view in CodeView.objects.all()] == [A]


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("HEAD", {}),
        ("GET", {"HTTP_SEC_PURPOSE": "prefetch"}),
        ("GET", {"HTTP_SEC_PURPOSE": "prefetch;prerender"}),
        ("GET", {"HTTP_PURPOSE": "prefetch"}),
        ("GET", {"HTTP_X_MOZ": "prefetch"}),
    ],
)
@pytest.mark.parametrize("is_member", [True, False])
def test_looking_ahead_never_costs_a_view(method, headers, is_member):
    reader = {"user": make_user()} if is_member else {"guest": make_guest()}
    request = request_of(method=method, **headers, **reader)
    reading = meter.look(request, A).open()
    assert not reading.is_open and reading.locked_reason == "not-opened"
    assert reading.remaining == (6 if is_member else 1)
    assert request.is_view_withheld
    assert not CodeView.objects.exists()


def test_looking_ahead_at_an_opened_code_shows_it():
    guest = make_guest(A)
    assert meter.look(request_of(guest=guest, method="HEAD"), A).open().is_open


def test_staff_and_unlimited_plans_are_not_counted(django_assert_num_queries):
    staff = make_user(is_staff=True)
    unlimited = make_user(plan=make_plan(is_unlimited=True))
    for user in (staff, unlimited):
        with django_assert_num_queries(0):
            readings = open_codes(A, B, user=user)
        assert all(reading.is_open and reading.remaining is None for reading in readings)
        assert meter.peek(request_of(user)).remaining is None
    assert not ViewPeriod.objects.exists()


def test_a_plan_sets_the_views_of_a_period():
    user = make_user(plan=make_plan(views_per_period=2))
    readings = open_codes(A, B, C, user=user)
    assert [reading.is_open for reading in readings] == [True, True, False]


def test_a_plan_without_a_number_has_the_free_allowance():
    assert meter.peek(request_of(make_user(plan=make_plan()))).allowance == 6


def test_a_larger_plan_opens_more_in_the_running_period():
    user = make_user()
    make_views(*(f"cpt:1000{n}" for n in range(6)), user=user)
    assert not open_codes(A, user=user)[0].is_open
    user.plan = make_plan(views_per_period=10)
    assert open_codes(A, user=user)[0].remaining == 3


def test_a_site_without_guest_views_writes_no_row_for_guests(settings):
    settings.GUEST_VIEWS = 0
    (reading,) = open_codes(A)
    assert not reading.is_open and reading.remaining == 0
    assert not ViewPeriod.objects.exists() and not NetworkDay.objects.exists()


def test_an_opened_and_a_locked_page_take_one_query(django_assert_num_queries):
    guest, user = make_guest(A), make_user()
    make_views(A, user=user)
    with django_assert_num_queries(1):
        assert meter.look(request_of(guest=guest), A).open().is_open
    with django_assert_num_queries(1):
        assert not meter.look(request_of(guest=guest), B).open().is_open
    with django_assert_num_queries(1):
        assert meter.look(request_of(user), A).open().is_open


def test_a_member_opens_a_page_with_one_query_more(django_assert_num_queries):
    user = make_user()
    for code in (A, B):  # the first view makes the period
        with django_assert_num_queries(2):
            assert meter.look(request_of(user), code).open().is_open
    ViewPeriod.objects.update(started_at=days_ago(31))
    with django_assert_num_queries(2):
        assert meter.look(request_of(user), A).open().is_open
    assert [view.code_key for view in CodeView.objects.all()] == [A]


def test_a_view_that_another_request_spent_in_the_meantime_is_not_spent_again():
    user = make_user(plan=make_plan(views_per_period=1))
    for make_first in (open_codes, make_views):
        seen = meter.look(request_of(user), A)
        make_first(B, user=user)
        assert seen.open().locked_reason == "views-used-up"
        assert [view.code_key for view in CodeView.objects.all()] == [B]
        ViewPeriod.objects.all().delete()


def test_a_code_that_another_request_opened_in_the_meantime_is_open_and_paid_once():
    user = make_user()
    seen = meter.look(request_of(user), A)
    open_codes(B, A, user=user)
    reading = seen.open()
    assert reading.is_open and reading.used == 2


def test_a_guest_without_a_cookie_is_read_without_a_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert meter.peek(request_of()).remaining == 1


def test_a_signed_in_member_is_read_with_the_plan_in_one_query(client, django_assert_num_queries):
    user = make_user(plan=make_plan(views_per_period=3))
    from accounts.backends import EmailBackend

    with django_assert_num_queries(1):
        assert EmailBackend().get_user(user.pk).plan.views_per_period == 3


# Carrying over


def carry_over(guest, user):
    return actions.carry_over_at_login(user=user, guest=guest)


def test_what_was_used_as_a_guest_counts_for_the_member():
    guest, user = make_guest(A, started_at=days_ago(10)), make_user()
    assert carry_over(guest, user) == 1
    reading = meter.peek(request_of(user))
    assert (reading.used, reading.remaining) == (1, 5)
    assert reading.renews_on == timezone.localdate(days_ago(10) + timedelta(days=30))
    assert open_codes(A, user=user)[0].used == 1


def test_a_guest_is_carried_over_once():
    guest, first, second = make_guest(A), make_user(), make_user()
    assert carry_over(guest, first) == 1
    assert carry_over(guest, first) == 0
    assert carry_over(guest, second) == 0
    assert meter.peek(request_of(second)).used == 0


def test_logging_out_does_not_give_the_guest_views_back():
    guest, user = make_guest(A), make_user()
    carry_over(guest, user)
    assert not open_codes(B, guest=guest)[0].is_open


def test_a_code_that_both_opened_counts_once():
    guest, user = make_guest(A), make_user()
    make_views(A, B, user=user)
    carry_over(guest, user)
    assert meter.peek(request_of(user)).used == 2


def test_a_member_who_has_used_all_keeps_what_the_guest_opened():
    guest, user = make_guest(A), make_user()
    make_views(*(f"cpt:1000{n}" for n in range(6)), user=user)
    carry_over(guest, user)
    (reading,) = open_codes(A, user=user)
    assert reading.is_open and reading.remaining == 0


def test_a_running_period_of_the_member_keeps_its_start():
    guest, user = make_guest(A, started_at=days_ago(1)), make_user()
    make_views(B, user=user, started_at=days_ago(20))
    carry_over(guest, user)
    reading = meter.peek(request_of(user))
    assert reading.used == 2
    assert reading.renews_on == timezone.localdate(days_ago(20) + timedelta(days=30))


def test_periods_that_are_over_are_not_carried_over():
    guest, user = make_guest(A, started_at=days_ago(31)), make_user()
    assert carry_over(guest, user) == 0
    make_views(B, user=user, started_at=days_ago(40))
    carry_over(make_guest(C, started_at=days_ago(2)), user)
    assert [view.code_key for view in meter.viewed_codes(user)] == [C]


def test_the_browser_that_signed_up_counts_when_another_logs_in():
    guest = make_guest(A)
    user = make_user(guest=guest)
    carry_over(make_guest(), user)
    assert meter.peek(request_of(user)).used == 1
    assert User.objects.get(pk=user.pk).guest is None


# Pruning


def test_pruning_deletes_what_is_over_and_nothing_else(capsys):
    from django.core.management import call_command

    running, over = make_guest(A), make_guest(B, started_at=days_ago(30))
    today = timezone.localdate()
    for age in (0, 1, 2):
        NetworkDay.objects.create(network_hash=str(age), day=today - timedelta(days=age))
    call_command("prune_views")
    assert list(ViewPeriod.objects.values_list("guest", flat=True)) == [running]
    assert over and [view.code_key for view in CodeView.objects.all()] == [A]
    assert set(NetworkDay.objects.values_list("network_hash", flat=True)) == {"0", "1"}
    assert capsys.readouterr().out == "3 rows deleted.\n"


def test_the_worker_prunes_every_night():
    from procrastinate.contrib.django import app

    names = {periodic.task.name for periodic in app.periodic_registry.periodic_tasks.values()}
    assert {"accounts.prune_views", "accounts.clear_sessions"} <= names
