"""An answer as plain values, as it is kept with its question, and back."""

from typing import Any

from assistant.answer import Answer, AnswerKind, Block, Listing, Paragraph
from assistant.facts import Citation, Table


def as_values(answer: Answer) -> dict[str, Any]:
    """What is needed to show the answer again; the calls behind it are kept beside it."""
    return {
        "kind": answer.kind.value,
        "blocks": [_block_values(block) for block in answer.blocks],
        "next_questions": list(answer.next_questions),
        "is_locked": answer.is_locked,
    }


def from_values(values: dict[str, Any]) -> Answer:
    """The answer that `as_values` was made of, without the calls of tools."""
    return Answer(
        kind=AnswerKind(values["kind"]),
        blocks=[_block(block) for block in values["blocks"]],
        next_questions=values["next_questions"],
    )


def citation_values(citation: Citation) -> dict[str, str]:
    return {"title": citation.title, "url": citation.url, "release": citation.release}


def _block_values(block: Block) -> dict[str, Any]:
    if isinstance(block, Table):
        return {
            "table": block.caption,
            "columns": list(block.columns),
            "rows": [list(row) for row in block.rows],
            "citation": citation_values(block.citation),
        }
    if isinstance(block, Listing):
        return {"items": [_block_values(item) for item in block.items]}
    return {"text": block.text, "citations": [citation_values(c) for c in block.citations]}


def _block(values: dict[str, Any]) -> Block:
    if "table" in values:
        return Table(
            values["table"],
            tuple(values["columns"]),
            tuple(tuple(row) for row in values["rows"]),
            Citation(**values["citation"]),
        )
    if "items" in values:
        return Listing(tuple(_block(item) for item in values["items"]))
    return Paragraph(values["text"], tuple(Citation(**c) for c in values["citations"]))
