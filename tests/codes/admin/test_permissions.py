"""Who may open which address of the administration, and do what there."""

from datetime import date

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts.models import User
from codes.groups import ADMINISTRATOR, EDITOR
from codes.models import OfficialDescription, PlainDescription, Release
from tests.factories import make_code, make_plain_description, make_plan, make_user

pytestmark = pytest.mark.django_db


def addresses_for_editors() -> dict[str, str]:
    code = make_code("J9200")
    text = make_plain_description(code)
    return {
        "first page": reverse("admin:index"),
        "codes": reverse("admin:codes_code_changelist"),
        "add a code": reverse("admin:codes_code_add"),
        "edit a code": reverse("admin:codes_code_change", args=[code.pk]),
        "log of a code": reverse("admin:codes_code_history", args=[code.pk]),
        "history of a text": reverse(
            "admin:codes_code_text_history", args=[code.pk, "plain-description"]
        ),
        "official description": reverse("admin:codes_code_describe", args=[code.pk]),
        "plain-language texts": reverse("admin:codes_plaindescription_changelist"),
        "plain-language text": reverse("admin:codes_plaindescription_change", args=[text.pk]),
        "import": reverse("admin:codes_plaindescription_import"),
        "export": reverse("admin:codes_plaindescription_export"),
        "section texts": reverse("admin:codes_sectiontext_changelist"),
    }


def addresses_for_administrators() -> dict[str, str]:
    user, plan = make_user(), make_plan()
    return {
        "users": reverse("admin:accounts_user_changelist"),
        "a user": reverse("admin:accounts_user_change", args=[user.pk]),
        "add a user": reverse("admin:accounts_user_add"),
        "a password": reverse("admin:auth_user_password_change", args=[user.pk]),
        "plans": reverse("admin:accounts_plan_changelist"),
        "a plan": reverse("admin:accounts_plan_change", args=[plan.pk]),
        "groups": reverse("admin:auth_group_changelist"),
    }


@pytest.fixture
def members_client():
    client = Client()
    client.force_login(make_user())
    return client


def statuses(client, addresses: dict[str, str]) -> dict[str, int]:
    return {name: client.get(url).status_code for name, url in addresses.items()}


def test_a_stranger_is_led_to_the_log_in_from_every_address(client):
    for url in (*addresses_for_editors().values(), *addresses_for_administrators().values()):
        answer = client.get(url)
        assert answer.status_code == 302, url
        assert "/login/" in answer["Location"], url


def test_a_member_reaches_no_address_of_the_administration(members_client):
    for url in (*addresses_for_editors().values(), *addresses_for_administrators().values()):
        answer = members_client.get(url, follow=True)
        assert not answer.wsgi_request.path.startswith("/admin/") or answer.status_code == 403, url
        assert b"result_list" not in answer.content


def test_an_editor_reaches_the_texts(editors_client):
    addresses = addresses_for_editors()
    text = addresses.pop("plain-language text")
    assert set(statuses(editors_client, addresses).values()) == {200}
    assert editors_client.get(text).status_code == 302


def test_an_editor_reaches_nothing_of_users_plans_and_groups(editors_client):
    assert set(statuses(editors_client, addresses_for_administrators()).values()) == {403}


def test_an_editor_sees_only_what_editors_may_use(editors_client):
    apps = editors_client.get(reverse("admin:index")).context["app_list"]
    models = {model["object_name"] for app in apps for model in app["models"]}
    assert models == {
        "Code",
        "PlainDescription",
        "SectionText",
        "Feedback",
        "Term",
        "Synonym",
    }


def test_an_administrator_reaches_everything(administrators_client):
    editing = addresses_for_editors()
    editing.pop("plain-language text")
    addresses = {**editing, **addresses_for_administrators()}
    assert set(statuses(administrators_client, addresses).values()) == {200}


def writes() -> dict[str, tuple[str, dict]]:
    code = make_code("J9190")
    text = make_plain_description(code, is_published=False)
    edit = reverse("admin:codes_code_change", args=[code.pk])
    return {
        "edit": (edit, {"action": "publish:plain-description"}),
        "preview": (reverse("admin:codes_code_preview"), {"text": "x"}),
        "revert": (
            reverse("admin:codes_code_text_revert", args=[code.pk, "plain-description"]),
            {"version": text.history.latest().history_id},
        ),
        "add": (reverse("admin:codes_code_add"), {"system": "hcpcs", "value": "J0001"}),
        "describe": (
            reverse("admin:codes_code_describe", args=[code.pk]),
            {"long": "By hand", "valid_from": "2026-01-01"},
        ),
        "publish many": (
            reverse("admin:codes_plaindescription_changelist"),
            {"action": "publish_texts", "_selected_action": [text.pk], "confirmed": "yes"},
        ),
        "import": (reverse("admin:codes_plaindescription_process_import"), {"format": "0"}),
    }


def test_nobody_but_staff_writes_anything(client, members_client):
    for url, data in writes().values():
        for who in (client, members_client):
            assert who.post(url, data).status_code in (302, 403), url
    assert not PlainDescription.objects.filter(published_at__isnull=False).exists()
    assert not Release.objects.exists()
    assert PlainDescription.objects.get().history.count() == 1


def test_staff_without_a_group_writes_nothing():
    client = Client()
    client.force_login(make_user(is_staff=True))
    for name, (url, data) in writes().items():
        assert client.post(url, data).status_code == 403, name
    assert not PlainDescription.objects.filter(published_at__isnull=False).exists()


def test_who_may_only_look_sees_the_texts_and_changes_none():
    viewer = make_user(is_staff=True)
    for codename in ("view_code", "view_plaindescription", "view_sectiontext"):
        viewer.user_permissions.add(Permission.objects.get(codename=codename))
    client = Client()
    client.force_login(viewer)
    code = make_code()
    make_plain_description(code, text="To be read.", is_published=False)
    url = reverse("admin:codes_code_change", args=[code.pk])
    page = client.get(url)
    assert "To be read." in page.content.decode()
    assert 'name="action"' not in page.content.decode()
    assert client.post(url, {"action": "save"}).status_code == 403
    assert client.post(reverse("admin:codes_code_preview"), {"text": "x"}).status_code == 403


def test_an_editor_of_plain_language_alone_does_not_change_sections():
    user = make_user(is_staff=True)
    for codename in ("view_code", "change_plaindescription"):
        user.user_permissions.add(Permission.objects.get(codename=codename))
    client = Client()
    client.force_login(user)
    code = make_code()
    url = reverse("admin:codes_code_change", args=[code.pk])
    client.post(url, {"plain-description-text": "Mine.", "guidelines-text": "Not mine."})
    assert PlainDescription.objects.get(code=code).text == "Mine."
    assert not code.section_texts.exists()
    revert = reverse("admin:codes_code_text_revert", args=[code.pk, "guidelines"])
    assert client.post(revert, {"version": "1"}).status_code == 403


def test_an_editor_cannot_delete_codes_or_texts(editors_client):
    code = make_code()
    text = make_plain_description(code)
    urls = [
        reverse("admin:codes_code_delete", args=[code.pk]),
        reverse("admin:codes_plaindescription_delete", args=[text.pk]),
    ]
    for url in urls:
        assert editors_client.post(url, {"post": "yes"}).status_code == 403
    assert PlainDescription.objects.filter(pk=text.pk).exists()


def test_the_permission_to_enter_descriptions_can_be_taken_away(editor, editors_client):
    Group.objects.get(name=EDITOR).permissions.remove(
        Permission.objects.get(codename="enter_by_hand")
    )
    code = make_code()
    url = reverse("admin:codes_code_describe", args=[code.pk])
    assert editors_client.get(url).status_code == 403
    data = {"long": "Mine", "valid_from": date(2026, 1, 1)}
    assert editors_client.post(url, data).status_code == 403
    assert not OfficialDescription.objects.exists()


def test_the_groups_are_there_in_every_installation():
    editors = Group.objects.get(name=EDITOR).permissions
    apps = set(editors.values_list("content_type__app_label", flat=True))
    assert apps == {"codes", "assistant", "search"}
    assert not editors.filter(codename__contains="release").exists()
    everything = Permission.objects.exclude(
        pk__in=Group.objects.get(name=ADMINISTRATOR).permissions.all()
    )
    assert not everything.exists()


def test_migrating_again_gives_administrators_what_is_missing_and_leaves_editors_alone():
    Group.objects.get(name=EDITOR).permissions.clear()
    Group.objects.get(name=ADMINISTRATOR).permissions.clear()
    call_command("migrate", verbosity=0)
    assert not Group.objects.get(name=EDITOR).permissions.exists()
    count = Group.objects.get(name=ADMINISTRATOR).permissions.count()
    assert count == Permission.objects.count()


def test_an_administrator_sets_a_members_plan(administrators_client):
    member, plan = make_user(), make_plan("Clinic", is_unlimited=True)
    url = reverse("admin:accounts_user_change", args=[member.pk])
    data = {"email": member.email, "plan": plan.pk, "is_active": "on"}
    assert administrators_client.post(url, data).status_code == 302
    assert User.objects.get(pk=member.pk).plan == plan


def test_an_administrator_adds_an_editor_who_can_log_in(administrators_client, client):
    data = {
        "email": "new@example.org",
        "usable_password": "true",
        "password1": "a long pass phrase",
        "password2": "a long pass phrase",
    }
    administrators_client.post(reverse("admin:accounts_user_add"), data)
    user = User.objects.get(email="new@example.org")
    editors = Group.objects.get(name=EDITOR)
    administrators_client.post(
        reverse("admin:accounts_user_change", args=[user.pk]),
        {"email": user.email, "is_active": "on", "is_staff": "on", "groups": [editors.pk]},
    )
    client.post(reverse("account_login"), {"login": user.email, "password": "a long pass phrase"})
    assert client.get(reverse("admin:codes_code_changelist")).status_code == 200


def test_an_administrator_changes_no_superuser_and_makes_none(administrators_client, administrator):
    above = make_user(is_superuser=True, is_staff=True)
    url = reverse("admin:accounts_user_change", args=[above.pk])
    assert administrators_client.post(url, {"email": "taken@example.org"}).status_code == 403
    password = reverse("admin:auth_user_password_change", args=[above.pk])
    data = {"password1": "a long pass phrase", "password2": "a long pass phrase"}
    assert administrators_client.post(password, data).status_code == 403
    delete = reverse("admin:accounts_user_delete", args=[above.pk])
    assert administrators_client.post(delete, {"post": "yes"}).status_code == 403
    own = reverse("admin:accounts_user_change", args=[administrator.pk])
    data = {"email": administrator.email, "is_active": "on", "is_staff": "on", "is_superuser": "on"}
    administrators_client.post(own, data)
    administrator.refresh_from_db()
    assert not administrator.is_superuser
    assert User.objects.get(pk=above.pk).email == above.email


def test_a_changed_address_is_the_one_to_log_in_with(administrators_client):
    member = make_user("old@example.org")
    url = reverse("admin:accounts_user_change", args=[member.pk])
    administrators_client.post(url, {"email": "new@example.org", "is_active": "on"})
    addresses = member.emailaddress_set.values_list("email", "primary", "verified")
    assert list(addresses) == [("new@example.org", True, True)]
