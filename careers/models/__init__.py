"""The job board: employers and their postings, candidates and what they send."""

from careers.models.alert import AlertedPosting, SavedSearch
from careers.models.application import Application, ApplicationChange, Message
from careers.models.board import Board, Word
from careers.models.candidate import CandidateProfile, HeldCredential, Resume, SavedPosting
from careers.models.employer import Employer, EmployerLogo, Invitation, Membership
from careers.models.feed import Feed, PostingImport
from careers.models.listed import Credential, Specialty
from careers.models.posting import (
    Location,
    Posting,
    PostingChange,
    PostingReport,
    PostingViews,
)

__all__ = [
    "AlertedPosting",
    "Application",
    "ApplicationChange",
    "Board",
    "CandidateProfile",
    "Credential",
    "Employer",
    "EmployerLogo",
    "Feed",
    "HeldCredential",
    "Invitation",
    "Location",
    "Membership",
    "Message",
    "Posting",
    "PostingChange",
    "PostingImport",
    "PostingReport",
    "PostingViews",
    "Resume",
    "SavedPosting",
    "SavedSearch",
    "Specialty",
    "Word",
]
