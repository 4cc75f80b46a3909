"""What was written in a thread: questions, answers, consultants' replies and notes."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone

from consultant.models.thread import Thread


class Message(models.Model):
    """One message of a thread.

    `text` of a question is what was asked, with identifiers masked and attachments' words left to
    `attachments`: a list of `{"name", "text", "problem"}`, masked too. An answer belongs to its
    question (`answer_to`, once: two workers can't answer it twice) and holds in `parts` the answers
    to the parts of the question, as `{"kind", "asked", "answer", "engine", "model_name",
    "is_sure"}` with `answer` as assistant.stored_answer makes it. A reply is Markdown
    (consultant.replies); a note is for consultants alone.
    `message_id` is the Message-ID of the mail, without which replies can't be joined to it.
    """

    class Kind(models.TextChoices):
        QUESTION = "question", "Question"
        ANSWER = "answer", "Answer"
        REPLY = "reply", "Consultant’s reply"
        NOTE = "note", "Internal note"

    class Via(models.TextChoices):
        MAIL = "mail", "By e-mail"
        WEB = "web", "On the site"

    class State(models.TextChoices):
        """How far a question is; other messages are done."""

        WAITING = "waiting", "Waiting"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    class Verdict(models.TextChoices):
        """What the member says of an answer or reply."""

        HELPFUL = "helpful", "Helpful"
        NOT_HELPFUL = "not-helpful", "Not helpful"

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=8, choices=Kind)
    via = models.CharField(max_length=4, choices=Via, blank=True)
    # The consultant who wrote a reply or note; a question is the member's of the thread.
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="consultant_messages",
    )
    text = models.TextField(blank=True)
    attachments = models.JSONField(default=list, blank=True)
    parts = models.JSONField(default=list, blank=True, encoder=DjangoJSONEncoder)
    date_of_service = models.DateField(null=True, blank=True)
    message_id = models.CharField(max_length=998, blank=True, db_index=True)
    # SHA-256 of the sender and Message-ID, or of the form's key: the same question once.
    question_key = models.CharField(max_length=64, blank=True, editable=False)
    answer_to = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="answer"
    )
    state = models.CharField(max_length=7, choices=State, default=State.DONE)
    failed_count = models.PositiveSmallIntegerField(default=0)
    verdict = models.CharField(max_length=11, choices=Verdict, blank=True)
    comment = models.TextField(blank=True, max_length=2000)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="answer", answer_to__isnull=False)
                | (~Q(kind="answer") & Q(answer_to__isnull=True)),
                name="an_answer_has_its_question",
            ),
            models.UniqueConstraint(
                fields=["question_key"], condition=~Q(question_key=""), name="a_question_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"
