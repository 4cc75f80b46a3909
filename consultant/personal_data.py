"""What CaseConsultant holds about one person, and what it does before their account is deleted.

The accounts call both by the settings PERSONAL_DATA and BEFORE_ACCOUNT_DELETION.
"""

from accounts.models import User
from assistant.stored_answer import from_values
from consultant.actions import threads
from consultant.models import Message
from consultant.shown import publisher_lines_of_messages, shown_messages


def personal_data(user: User) -> dict:
    """The member's cases as the member sees them: without the consultants' notes."""
    return {
        "caseconsultant": [
            {
                "subject": thread.subject,
                "state": thread.get_state_display(),
                "created_at": thread.created_at,
                "updated_at": thread.updated_at,
                "messages": [_message(shown.message) for shown in messages],
                "publishers": publisher_lines_of_messages(messages),
            }
            for thread in threads.threads_of(user).order_by("created_at")
            for messages in [shown_messages(thread)]
        ]
    }


def before_account_deletion(user: User) -> None:
    """Delete the member's cases, with the mails about them that were not sent yet."""
    for thread in threads.threads_of(user):
        threads.delete(thread=thread)


def _message(message: Message) -> dict:
    return {
        "kind": message.get_kind_display(),
        "written_at": message.created_at,
        "came": message.get_via_display(),
        "date_of_service": message.date_of_service,
        "text": message.text,
        "files": message.attachments,
        "answers": [
            {"asked": part["asked"], "answer": from_values(part["answer"]).to_text()}
            for part in message.parts
        ],
        "verdict": message.get_verdict_display(),
        "comment": message.comment,
    }
