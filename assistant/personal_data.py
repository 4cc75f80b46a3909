"""What an export of a member's data says beside the conversations, which the accounts list.

The accounts call it by the setting PERSONAL_DATA.
"""

from accounts.models import User
from assistant.models import Turn
from assistant.publishers import publisher_lines


def personal_data(user: User) -> dict:
    """The lines of the publishers whose words the answers may show."""
    turns = Turn.objects.filter(conversation__user=user)
    return {"casepilot_publishers": publisher_lines(turn.told for turn in turns if turn.told)}
