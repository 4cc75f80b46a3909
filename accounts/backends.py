"""Signing in by e-mail address and password."""

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth import get_user_model


class EmailBackend(AuthenticationBackend):
    def get_user(self, user_id):
        """The signed-in user with the plan, in the one query that every page of a member takes."""
        user = get_user_model().objects.select_related("plan").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
