"""One round with the configured language model, over the protocol that OpenAI's servers speak.

Servers differ: some leave out the index or the id of a tool call's parts, send no choices or no
content, break off, or answer with something that is no JSON. Whatever goes wrong is a ModelError
with a sentence; nothing else leaves this module.
"""

import json
import logging
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from assistant.language_model.budget import Budget, BudgetSpent, Stopped, tokens_of

logger = logging.getLogger(__name__)

LONGEST_SILENCE = 20  # seconds between two parts of a reply


class ModelError(Exception):
    """The model gave no reply that can be used; the text is a sentence for the reader."""


@dataclass(frozen=True)
class ToolRequest:
    """A tool the model wants called. `arguments` is None where they were no JSON object."""

    id: str
    name: str
    arguments: dict[str, Any] | None


@dataclass(frozen=True)
class Reply:
    """What the model said in one round: text, or tools it wants called, or both."""

    text: str = ""
    requests: list[ToolRequest] = field(default_factory=list)


@dataclass
class _Parts:
    """A tool call as it arrives in pieces."""

    id: str = ""
    name: str = ""
    arguments: str = ""


def is_configured() -> bool:
    return bool(settings.ASSISTANT_BASE_URL and settings.ASSISTANT_MODEL)


def ask_model(
    messages: list[dict], *, budget: Budget, tools: list[dict] | None = None, max_tokens: int = 1500
) -> Reply:
    """The model's reply to the messages. Without `tools` it can only write.

    Raises ModelError, BudgetSpent when time or tokens run out while it writes, and Stopped.
    """
    budget.check()
    budget.spend_tokens(tokens_of(json.dumps(messages)) + tokens_of(json.dumps(tools or [])))
    try:
        with closing(_chunks(messages, tools, budget, max_tokens)) as chunks:
            return _read(chunks, budget)
    except (BudgetSpent, ModelError, Stopped):
        raise
    except Exception as error:
        # What a server answers instead of a stream may fail anywhere in the library.
        if isinstance(error, TimeoutError) or "Timeout" in type(error).__name__:
            raise ModelError("The language model did not answer in time.") from error
        logger.warning("language model: %s", type(error).__name__)
        raise ModelError(_sentence(error)) from error


def _sentence(error: Exception) -> str:
    """What went wrong, without anything of the server's own words."""
    status = getattr(error, "status_code", None)
    if status == 429:
        return "The language model is busy."
    if status:
        return "The language model answered with an error."
    if type(error).__name__ == "APIConnectionError":
        return "The language model cannot be reached."
    return "The language model's answer broke off or could not be read."


def _chunks(messages, tools, budget: Budget, max_tokens: int) -> Iterator[Any]:
    # Half a second and many megabytes to import: only where a model is used.
    import openai

    client = openai.OpenAI(
        base_url=settings.ASSISTANT_BASE_URL,
        api_key=settings.ASSISTANT_API_KEY or "none",
        timeout=max(min(budget.seconds_left, LONGEST_SILENCE), 0.1),
        max_retries=0,
    )
    extra = {"tools": tools} if tools else {}
    with (
        client,
        client.chat.completions.create(
            model=settings.ASSISTANT_MODEL,
            messages=messages,
            max_tokens=max_tokens,
            temperature=0,
            stream=True,
            **extra,
        ) as stream,
    ):
        yield from stream


def _read(chunks: Iterator[Any], budget: Budget) -> Reply:
    text, calls, is_finished = [], [], False
    for chunk in chunks:
        budget.check()
        choice = (getattr(chunk, "choices", None) or [None])[0]
        if choice is None:
            continue
        delta = getattr(choice, "delta", None)
        if delta is not None:
            if content := getattr(delta, "content", None):
                text.append(str(content))
                budget.spend_tokens(tokens_of(str(content)))
            for part in getattr(delta, "tool_calls", None) or []:
                _add_part(calls, part, budget)
        reason = getattr(choice, "finish_reason", None)
        if reason == "length":
            raise ModelError("The language model's answer was cut off.")
        is_finished = is_finished or bool(reason)
    if not is_finished:
        raise ModelError("The language model's answer broke off.")
    return Reply("".join(text).strip(), [_request(call, at) for at, call in enumerate(calls)])


def _add_part(calls: list[_Parts], part: Any, budget: Budget) -> None:
    """Put a piece where it belongs: by its index, else by its id, else to the last call."""
    index, id = getattr(part, "index", None), getattr(part, "id", None) or ""
    function = getattr(part, "function", None)
    name = getattr(function, "name", None) or ""
    if index is None:
        known = next((at for at, call in enumerate(calls) if id and call.id == id), None)
        begins = bool(id and known is None) or bool(name) or not calls
        index = known if known is not None else len(calls) - (0 if begins else 1)
    budget.spend_tokens(1)
    if not isinstance(index, int) or not 0 <= index <= len(calls):
        raise ModelError("The language model's answer could not be read.")
    if index == len(calls):
        calls.append(_Parts())
    call = calls[index]
    call.id = call.id or id
    call.name = call.name or name
    arguments = getattr(function, "arguments", None) or ""
    budget.spend_tokens(tokens_of(arguments))
    call.arguments += arguments


def _request(call: _Parts, position: int) -> ToolRequest:
    try:
        arguments = json.loads(call.arguments or "{}")
    except ValueError:
        arguments = None
    return ToolRequest(
        call.id or f"call-{position}",
        call.name,
        arguments if isinstance(arguments, dict) else None,
    )
