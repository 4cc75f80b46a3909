"""Where an employer's postings are imported from, and what each import did."""

from django.conf import settings
from django.db import models

from careers.models.employer import Employer
from careers.models.web_address import WebAddressField


class Feed(models.Model):
    """An address of an employer that tells its postings as schema.org JobPosting in JSON."""

    employer = models.ForeignKey(Employer, on_delete=models.CASCADE, related_name="feeds")
    url = WebAddressField("address", max_length=500)
    is_daily = models.BooleanField("read it every day", default=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="career_feeds"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["employer", "url"], name="feed_once"),
        ]

    def __str__(self) -> str:
        return self.url


class PostingImport(models.Model):
    """One import of postings from a file or a feed, with what was refused and why."""

    employer = models.ForeignKey(Employer, on_delete=models.CASCADE, related_name="imports")
    feed = models.ForeignKey(
        Feed, null=True, blank=True, on_delete=models.CASCADE, related_name="imports"
    )
    source = models.CharField(max_length=500)
    new_count = models.PositiveIntegerField(default=0)
    changed_count = models.PositiveIntegerField(default=0)
    same_count = models.PositiveIntegerField(default=0)
    # Sentences that name the row and what is wrong.
    problems = models.JSONField(default=list)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="posting_imports",
    )
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.source}, {self.at:%Y-%m-%d %H:%M}"
