"""The assistant's tools as a model may call them: their schemas, and calls with what it sent."""

import inspect
import logging
from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any, get_type_hints

from assistant.facts import ToolResult
from assistant.reading import Reader
from assistant.record import Record, Unknown
from assistant.tools import TOOLS

logger = logging.getLogger(__name__)

LONGEST_ARGUMENT = 200  # characters
MOST_ITEMS = 8  # of a list
_CODE_ARGUMENTS = ("code", "first", "second", "codes")


class ToolProblem(Exception):
    """A call that cannot be made; the text tells the model why."""


@cache
def schemas() -> list[dict]:
    """Every tool in the form the protocol wants, made of its name, docstring and parameters."""
    return [_schema(name, tool) for name, tool in TOOLS.items()]


class Toolbox:
    """The tools for one question, on its date of service, as its reader."""

    def __init__(self, reader: Reader, date_of_service: date):
        self._record = Record(reader, date_of_service)

    @property
    def note(self) -> str:
        """What the question cost the reader, '' where it cost nothing."""
        return self._record.reader.note

    @property
    def schemas(self) -> list[dict]:
        return schemas()

    def call(self, name: str, arguments: dict[str, Any]) -> ToolResult:
        """What the tool finds. Raises ToolProblem for what is no tool, or no argument of it."""
        tool = TOOLS.get(name)
        if tool is None:
            raise ToolProblem(f"There is no tool {name[:60]!r}; there are {', '.join(TOOLS)}.")
        try:
            return tool(self._record, **_arguments(tool, arguments))
        except Unknown as unknown:
            return unknown.result
        except (TypeError, ValueError, LookupError) as error:
            logger.info("a tool refused what the model sent", extra={"tool": name})
            raise ToolProblem(f"{name} does not take these arguments.") from error

    def read_guidelines(self, code: str) -> ToolResult:
        return self.call("guidelines", {"code": code})

    def codes_without_guidelines(self, results: Iterable[ToolResult]) -> list[str]:
        """The codes looked up so far whose guidelines were not read, in their order."""
        asked, read = {}, set()
        for result in results:
            codes = [code for name in _CODE_ARGUMENTS for code in _listed(result.arguments, name)]
            if result.tool == "guidelines":
                read.update(codes)
            elif result.is_found:
                asked.update(dict.fromkeys(codes))
        return [code for code in asked if code not in read]


def _listed(arguments, name: str) -> list[str]:
    value = arguments.get(name) or []
    return [value] if isinstance(value, str) else list(value)


def _schema(name: str, tool) -> dict:
    hints = get_type_hints(tool)
    properties, required = {}, []
    for parameter in _parameters(tool):
        properties[parameter.name] = _type_schema(hints[parameter.name])
        if parameter.default is inspect.Parameter.empty:
            required.append(parameter.name)
    return {
        "type": "function",
        "function": {
            "name": name,
            "description": " ".join(inspect.getdoc(tool).split()),
            "parameters": {"type": "object", "properties": properties, "required": required},
        },
    }


def _parameters(tool) -> list[inspect.Parameter]:
    """The tool's parameters without the record, which is the reader's own."""
    return list(inspect.signature(tool).parameters.values())[1:]


def _type_schema(hint) -> dict:
    if hint is bool:
        return {"type": "boolean"}
    if hint == list[str]:
        return {"type": "array", "items": {"type": "string"}}
    if hint == date | None:
        return {"type": "string", "format": "date"}
    return {"type": "string"}


def _arguments(tool, sent: dict[str, Any]) -> dict[str, Any]:
    """What was sent, as the tool takes it; what it does not know is left out."""
    hints = get_type_hints(tool)
    taken = {}
    for parameter in _parameters(tool):
        value = sent.get(parameter.name)
        if value is None:
            if parameter.default is inspect.Parameter.empty:
                raise ToolProblem(f"{tool.__name__} needs the argument {parameter.name}.")
            continue
        hint = hints[parameter.name]
        if hint is bool:
            taken[parameter.name] = value is True
        elif hint == list[str]:
            values = value if isinstance(value, list) else [value]
            taken[parameter.name] = [_text(item) for item in values[:MOST_ITEMS]]
        elif hint == date | None:
            taken[parameter.name] = date.fromisoformat(_text(value)) if value else None
        else:
            taken[parameter.name] = _text(value)
    return taken


def _text(value: Any) -> str:
    """A text without what no database takes; a figure is one, too (a ZIP code)."""
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise ToolProblem("Arguments are texts, or lists of texts.")
    return str(value).replace("\0", "")[:LONGEST_ARGUMENT]
