"""Who is reading, and what they may read."""

from accounts.models.daily_use import DailyUse
from accounts.models.outgoing_mail import OutgoingMail
from accounts.models.plan import Plan
from accounts.models.user import User
from accounts.models.view_meter import CodeView, NetworkDay, ViewPeriod

__all__ = ["CodeView", "DailyUse", "NetworkDay", "OutgoingMail", "Plan", "User", "ViewPeriod"]
