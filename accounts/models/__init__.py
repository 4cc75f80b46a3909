"""Who is reading, and what they may read."""

from accounts.models.plan import Plan
from accounts.models.user import User
from accounts.models.view_meter import CodeView, Guest, ViewPeriod

__all__ = ["CodeView", "Guest", "Plan", "User", "ViewPeriod"]
