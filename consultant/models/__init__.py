from consultant.models.canned_text import CannedText
from consultant.models.incoming_mail import IncomingMail
from consultant.models.message import Message
from consultant.models.notice import Notice
from consultant.models.thread import Thread

__all__ = ["CannedText", "IncomingMail", "Message", "Notice", "Thread"]
