"""What readers say of an answer, for the editors."""

from django.conf import settings
from django.db import models

from assistant.models.turn import Turn

MAX_COMMENT_LENGTH = 2000


class Feedback(models.Model):
    """A reader's thumbs up or down, or report of a mistake, with a comment.

    It is what lets editors see a turn at all: conversations are private, and a reader who sends
    feedback is told that the question and its answer go with it.
    """

    class Verdict(models.TextChoices):
        HELPFUL = "helpful", "Helpful"
        NOT_HELPFUL = "not-helpful", "Not helpful"
        MISTAKE = "mistake", "Mistake reported"

    turn = models.OneToOneField(Turn, on_delete=models.CASCADE, related_name="feedback")
    verdict = models.CharField(max_length=12, choices=Verdict)
    comment = models.TextField(blank=True, max_length=MAX_COMMENT_LENGTH)
    given_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        ordering = ["-given_at"]
        verbose_name = "feedback on an answer"
        verbose_name_plural = "feedback on answers"

    def __str__(self) -> str:
        return f"{self.get_verdict_display()}: {self.turn}"
