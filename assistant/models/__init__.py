from assistant.models.conversation import Conversation
from assistant.models.feedback import Feedback
from assistant.models.turn import Turn

__all__ = ["Conversation", "Feedback", "Turn"]
