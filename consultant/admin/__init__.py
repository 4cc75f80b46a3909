"""The administration of CaseConsultant: the consultants' inbox first."""

from consultant.admin import canned_texts, inbox, incoming_mails

__all__ = ["canned_texts", "inbox", "incoming_mails"]
