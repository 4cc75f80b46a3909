"""What the list of cases can be narrowed to."""

from django.contrib import admin
from django.utils import timezone

from consultant.models import Thread


class WhoseFilter(admin.SimpleListFilter):
    title = "assignment"
    parameter_name = "whose"

    def lookups(self, request, model_admin):
        return [("mine", "Mine"), ("nobody", "Unassigned"), ("others", "My colleagues’")]

    def queryset(self, request, queryset):
        match self.value():
            case "mine":
                return queryset.filter(assigned_to=request.user)
            case "nobody":
                return queryset.filter(assigned_to=None)
            case "others":
                return queryset.exclude(assigned_to=None).exclude(assigned_to=request.user)
        return queryset


class ClockFilter(admin.SimpleListFilter):
    title = "clock"
    parameter_name = "clock"

    def lookups(self, request, model_admin):
        return [("overdue", "Overdue"), ("running", "Still in time")]

    def queryset(self, request, queryset):
        now = timezone.now()
        match self.value():
            case "overdue":
                return queryset.filter(due_at__lte=now)
            case "running":
                return queryset.filter(due_at__gt=now)
        return queryset


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return Thread.State.choices

    def queryset(self, request, queryset):
        return queryset.filter(state=self.value()) if self.value() else queryset


class ReasonFilter(admin.SimpleListFilter):
    title = "reason"
    parameter_name = "reason"

    def lookups(self, request, model_admin):
        return Thread.Escalation.choices

    def queryset(self, request, queryset):
        return queryset.filter(escalation=self.value()) if self.value() else queryset
