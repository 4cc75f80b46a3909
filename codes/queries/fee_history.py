"""A code's relative value and fee over the releases, and the small charts of them."""

from dataclasses import dataclass
from decimal import Decimal

from codes.models import FeeScheduleRow, Release
from codes.queries.fee_amounts import Fee, fee_of

# The charts' measures, in units of the SVG's view box.
WIDTH, HEIGHT = 320, 120
_LEFT, _RIGHT, _TOP, _BOTTOM = 8, 8, 24, 24
_GAP = 9


@dataclass(frozen=True)
class Past:
    """A code in one release: nationally, and without modifier."""

    release: Release
    row: FeeScheduleRow
    fee: Fee

    @property
    def total(self) -> Decimal:
        """The total relative value outside a facility, or in one where only that applies."""
        return self.row.facility_total if self.row.nonfacility_na else self.row.nonfacility_total

    @property
    def amount(self) -> Decimal | None:
        return self.fee.facility if self.row.nonfacility_na else self.fee.nonfacility


@dataclass(frozen=True)
class Point:
    """A value in a chart, at its place; `label` is what stands beside it."""

    x: int
    y: int
    label: str
    release_name: str

    @property
    def label_y(self) -> int:
        """Where the value is written: above its point."""
        return self.y - _GAP


@dataclass(frozen=True)
class Chart:
    """A line through the values of one figure, from the oldest release to the newest."""

    title: str
    points: list[Point]
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def line(self) -> str:
        return " ".join(f"{point.x},{point.y}" for point in self.points)

    @property
    def base(self) -> int:
        """Where the line under the values lies."""
        return self.height - _BOTTOM

    @property
    def summary(self) -> str:
        """The chart in a sentence, for those who do not see it."""
        told = ", ".join(f"{point.label} in {point.release_name}" for point in self.points)
        return f"{self.title}: {told}."


@dataclass(frozen=True)
class FeeHistory:
    """Every release that has the code, newest first, with two charts where there are several."""

    past: list[Past]
    charts: list[Chart]

    @property
    def modifier(self) -> str:
        return self.past[0].row.modifier


def fee_history(pairs: list[tuple[Release, FeeScheduleRow]]) -> FeeHistory:
    """The history of a code from its row in each release, oldest first."""
    past = [Past(release, row, fee_of(row)) for release, row in pairs]
    charts = []
    valued = [item for item in past if item.amount is not None]
    if len(valued) > 1:
        totals = [(item.total, f"{item.total:.2f}", item.release.name) for item in valued]
        amounts = [(item.amount, f"${item.amount:,.2f}", item.release.name) for item in valued]
        charts = [_chart("Total RVU", totals), _chart("National fee", amounts)]
    return FeeHistory(past[::-1], charts)


def _chart(title: str, values: list[tuple[Decimal, str, str]]) -> Chart:
    """The values spread over the width; the scale begins at 0, so that heights compare."""
    highest = max(value for value, _, _ in values) or Decimal(1)
    step = Decimal(WIDTH - _LEFT - _RIGHT) / (len(values) - 1)
    room = HEIGHT - _TOP - _BOTTOM
    points = [
        Point(
            x=round(_LEFT + step * place),
            y=round(HEIGHT - _BOTTOM - value / highest * room),
            label=label,
            release_name=name,
        )
        for place, (value, label, name) in enumerate(values)
    ]
    return Chart(title, points)
