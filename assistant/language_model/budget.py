"""What one question may cost: calls of tools, seconds, tokens."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.conf import settings

# A token of English is about four characters; codes and figures take more tokens for their length.
CHARACTERS_PER_TOKEN = 3
SECONDS_BETWEEN_LOOKS = 1  # at whether the reader still wants the answer


class Stopped(Exception):
    """The reader does not want the answer any more."""


class BudgetSpent(Exception):
    """The model used what one question may cost; the text is a sentence for the reader."""


@dataclass
class Budget:
    """What is left for one question. `tokens` are those sent and those written, together.

    `is_stopped` is asked every second whether the reader still wants the answer.
    """

    calls: int
    tokens: int
    seconds: float
    is_stopped: Callable[[], bool] = lambda: False
    clock: Callable[[], float] = time.monotonic
    _started: float = field(init=False)
    _asked: float = field(init=False)

    def __post_init__(self):
        self._started = self._asked = self.clock()

    @classmethod
    def of_settings(cls, *, is_stopped: Callable[[], bool] = lambda: False) -> "Budget":
        return cls(
            calls=settings.ASSISTANT_MAX_CALLS,
            tokens=settings.ASSISTANT_MAX_TOKENS,
            seconds=settings.ASSISTANT_MAX_SECONDS,
            is_stopped=is_stopped,
        )

    @property
    def seconds_left(self) -> float:
        return self.seconds - (self.clock() - self._started)

    def check(self) -> None:
        """Raises BudgetSpent once the seconds are over, Stopped where the reader has stopped it."""
        if self.seconds_left <= 0:
            raise BudgetSpent("The language model took too long.")
        now = self.clock()
        if now - self._asked >= SECONDS_BETWEEN_LOOKS:
            self._asked = now
            self.check_wanted()

    def check_wanted(self) -> None:
        """Raises Stopped where the reader has stopped it."""
        if self.is_stopped():
            raise Stopped

    def spend_call(self) -> None:
        """Counts one call of a tool; raises BudgetSpent for one too many."""
        if self.calls <= 0:
            raise BudgetSpent("The language model kept looking things up without answering.")
        self.calls -= 1

    def spend_tokens(self, count: int) -> None:
        """Counts tokens sent or written; raises BudgetSpent once there are none left."""
        self.tokens -= count
        if self.tokens < 0:
            raise BudgetSpent("The language model needed more text than one question may.")


def tokens_of(text: str) -> int:
    """About how many tokens a text is, for servers that do not say; rather too many."""
    return len(text) // CHARACTERS_PER_TOKEN + 1
