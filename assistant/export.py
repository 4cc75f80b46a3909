"""A conversation as a file: Markdown for people, JSON for programs."""

from django.conf import settings

from assistant.models import Conversation, Turn

NOTICE = "Not legal or coding advice. CPT® is a registered trademark of the AMA."


def as_markdown(conversation: Conversation, turns: list[Turn]) -> str:
    """The questions as headings, each with its answer, sources and releases.

    The turns have their `publisher_lines` (`assistant.publishers`), here and below.
    """
    lines = [f"# {conversation.title}", ""]
    for turn in turns:
        asked = turn.asked_at.strftime("%Y-%m-%d %H:%M UTC")
        lines += [f"## {' '.join(turn.question.split())}", ""]
        lines += [f"Asked {asked}, date of service {turn.date_of_service:%Y-%m-%d}.", ""]
        lines += [turn.answer_text or f"({turn.get_state_display()})", ""]
        for number, citation in enumerate(turn.citations, start=1):
            lines.append(f"{number}. {citation['title']}: {settings.SITE_URL}{citation['url']}")
        lines += ["", *turn.publisher_lines, ""]
    return "\n".join([*lines, NOTICE, ""])


def as_json(conversation: Conversation, turns: list[Turn]) -> dict:
    """The same with every value by name; dates in ISO form."""
    return {
        "title": conversation.title,
        "created_at": conversation.created_at.isoformat(),
        "notice": NOTICE,
        "turns": [
            {
                "question": turn.question,
                "asked_at": turn.asked_at.isoformat(),
                "date_of_service": turn.date_of_service.isoformat(),
                "subject": turn.subject,
                "state": turn.state,
                "answer": turn.answer_text,
                "citations": turn.citations,
                "publishers": turn.publisher_lines,
                "answered_by": turn.get_engine_display(),
            }
            for turn in turns
        ],
    }
