"""One question and its answer."""

from datetime import date

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property

from assistant.answer import Answer
from assistant.models.conversation import Conversation
from assistant.stored_answer import from_values

MAX_QUESTION_LENGTH = 1000


class Turn(models.Model):
    """A question of a conversation and what was answered.

    `question` is stored with identifiers masked. `form_key` is made of the form's key and of what
    was asked with it: the same sent twice is one question. `subject` is the code whose page it was
    asked from, `system:code`, or ''. `answer` is the answer as plain values, `steps` what was
    looked up for it, `tool_calls` the calls with their arguments. `gated_codes` are the codes
    (`system:code`) whose facts behind the meter it may hold: others read it only where these are
    open to them.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        ANSWERING = "answering", "Being answered"
        ANSWERED = "answered", "Answered"
        STOPPED = "stopped", "Stopped by the reader"
        FAILED = "failed", "Failed"

    class Engine(models.TextChoices):
        PLANNER = "planner", "Built-in planner"
        MODEL = "model", "Language model"

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="turns")
    form_key = models.UUIDField(unique=True)
    question = models.TextField(max_length=MAX_QUESTION_LENGTH)
    subject = models.CharField(max_length=24, blank=True)
    date_of_service = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    asked_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    answer_text = models.TextField(blank=True)
    steps = models.JSONField(default=list, blank=True)
    tool_calls = models.JSONField(default=list, blank=True, encoder=DjangoJSONEncoder)
    citations = models.JSONField(default=list, blank=True)
    engine = models.CharField(max_length=10, choices=Engine, blank=True)
    model_name = models.CharField(max_length=100, blank=True)
    engine_note = models.CharField(max_length=200, blank=True)
    gated_codes = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.question[:80]

    @cached_property
    def told(self) -> Answer | None:
        """The answer as it is shown; None while there is none."""
        return from_values(self.answer) if self.answer else None

    @property
    def kept_date(self) -> date | None:
        """The date of service to go on with; None where it was the day of the question."""
        is_of_the_day = self.date_of_service == timezone.localdate(self.asked_at)
        return None if is_of_the_day else self.date_of_service
