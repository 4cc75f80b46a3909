"""A reader's conversation with the assistant."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

MAX_TITLE_LENGTH = 120


class ConversationQuerySet(models.QuerySet):
    """Whose conversations, and which of them say something."""

    def of_reader(self, user, guest: uuid.UUID | None) -> Self:
        """Those of a member, or of a guest known by the id in the browser's cookie."""
        if user.is_authenticated:
            return self.filter(user=user)
        return self.filter(guest=guest) if guest else self.none()

    def saying(self, words: str) -> Self:
        """Those in whose title, questions or answers every one of the words stands."""
        found = self
        for word in words.split()[:8]:
            of_turns = Q(turns__question__icontains=word) | Q(turns__answer_text__icontains=word)
            found = found.filter(Q(title__icontains=word) | of_turns).distinct()
        return found


class Conversation(models.Model):
    """Questions and answers that follow each other, with the subject they keep.

    The id is the address, and unguessable; only the reader who asked may open it. A guest's
    conversation is pruned once the guest's days are over. `share_token` is the key of the
    private link, '' while there is none; whoever has the link sees the turns asked until
    `shared_at`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="conversations",
    )
    guest = models.UUIDField(null=True, blank=True, db_index=True)
    title = models.CharField(max_length=MAX_TITLE_LENGTH)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField()
    share_token = models.CharField(max_length=40, blank=True)
    shared_at = models.DateTimeField(null=True, blank=True)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        ordering = ["-updated_at"]
        indexes = [models.Index(fields=["user", "-updated_at"], name="conversations_of_member")]
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, guest__isnull=True)
                | Q(user__isnull=True, guest__isnull=False),
                name="conversation_has_one_reader",
            ),
            models.UniqueConstraint(
                fields=["share_token"],
                condition=~Q(share_token=""),
                name="conversation_share_token_once",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("assistant:conversation_detail", args=[self.pk])

    @property
    def shared_url(self) -> str:
        """The path of the private link; '' while there is none."""
        token = self.share_token
        return reverse("assistant:shared_conversation", args=[token]) if token else ""
