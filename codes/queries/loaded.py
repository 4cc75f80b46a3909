"""What is loaded, and what the newest releases changed."""

from dataclasses import dataclass

from django.urls import reverse

from codes.models import CodeSystem, Release, Source
from codes.queries.releases import Releases, source_of


@dataclass(frozen=True)
class ReleaseChanges:
    """How many codes a release added, revised and ended, against the one before it."""

    release: Release

    @property
    def title(self) -> str:
        return f"{Source(self.release.source).system.label}, {self.release.name}"

    @property
    def url(self) -> str:
        system = Source(self.release.source).system
        return f"{reverse('codes:changes_list', args=[system])}?release={self.release.pk}"

    @property
    def new_count(self) -> int:
        return self.release.new_count

    @property
    def revised_count(self) -> int:
        return self.release.revised_count

    @property
    def ended_count(self) -> int:
        return self.release.ended_count


def newest_releases(releases: Releases) -> list[Release]:
    """The newest published release of each publisher's source, in the order of the sources."""
    publishers = [source for source in Source if source != Source.ENTERED_BY_HAND]
    return [releases.of(source)[-1] for source in publishers if releases.of(source)]


def last_changes(releases: Releases) -> list[ReleaseChanges]:
    """The newest releases that stand against an earlier one of their source, latest first.

    They were counted when they were published.
    """
    counted = [release for release in newest_releases(releases) if release.new_count is not None]
    ordered = sorted(counted, key=lambda release: release.valid_from, reverse=True)
    return [ReleaseChanges(release) for release in ordered if Source(release.source).system]


def systems_not_loaded(releases: Releases) -> list[CodeSystem]:
    """The code systems of which no publisher's release is loaded."""
    return [system for system in CodeSystem if not releases.of(source_of(system))]
