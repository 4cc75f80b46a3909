"""The people who come to the administration."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from codes.groups import ADMINISTRATOR, EDITOR
from tests.factories import make_user


@pytest.fixture
def editor(db):
    user = make_user("editor@example.org", is_staff=True)
    user.groups.add(Group.objects.get(name=EDITOR))
    return user


@pytest.fixture
def administrator(db):
    user = make_user("administrator@example.org", is_staff=True)
    user.groups.add(Group.objects.get(name=ADMINISTRATOR))
    return user


@pytest.fixture
def editors_client(editor):
    client = Client()
    client.force_login(editor)
    return client


@pytest.fixture
def administrators_client(administrator):
    client = Client()
    client.force_login(administrator)
    return client
