"""The administration of the job board: the moderation queue first."""

from careers.admin import employers, lists, postings

__all__ = ["employers", "lists", "postings"]
