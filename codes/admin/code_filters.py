"""The filters of the list of codes and of the lists of texts."""

from datetime import date

from django.contrib.admin import ListFilter, SimpleListFilter
from django.db.models import Exists, OuterRef, Q, QuerySet

from codes.models import (
    Code,
    CodeSystem,
    EditorialText,
    PlainDescription,
    SectionSlug,
    SectionText,
)

State = EditorialText.State
_STATES = [
    (State.DRAFT, "Draft"),
    (State.PUBLISHED, "Published"),
    (State.CHANGED, "Published, changed since"),
]


class SystemFilter(SimpleListFilter):
    title = "code system"
    parameter_name = "system"
    path = "system"

    def lookups(self, request, model_admin):
        return CodeSystem.choices

    def queryset(self, request, queryset):
        return queryset.filter(**{self.path: self.value()}) if self.value() else queryset


class SystemOfTextFilter(SystemFilter):
    path = "code__system"


class PlainTextFilter(SimpleListFilter):
    """Codes by the state of their plain-language description."""

    title = "plain-language text"
    parameter_name = "plain"

    def lookups(self, request, model_admin):
        return [("missing", "Missing"), ("written", "Written"), *_STATES]

    def queryset(self, request, queryset):
        texts = PlainDescription.objects.filter(code=OuterRef("pk"))
        if self.value() == "missing":
            return queryset.filter(~Exists(texts.written()))
        if self.value() == "written":
            return queryset.filter(Exists(texts.written()))
        if self.value() in State.values:
            return queryset.filter(Exists(texts.in_state(self.value())))
        return queryset


class SectionMissingFilter(SimpleListFilter):
    """Codes that lack the text of a section."""

    title = "section missing"
    parameter_name = "missing"

    def lookups(self, request, model_admin):
        return SectionSlug.choices

    def queryset(self, request, queryset):
        if self.value() not in SectionSlug.values:
            return queryset
        texts = SectionText.objects.filter(code=OuterRef("pk"), section=self.value())
        return queryset.filter(~Exists(texts.written()))


class SectionStateFilter(SimpleListFilter):
    """Codes with at least one section in a state."""

    title = "sections"
    parameter_name = "sections"

    def lookups(self, request, model_admin):
        return [("waiting", "Waiting to be published"), *_STATES]

    def queryset(self, request, queryset):
        texts = SectionText.objects.filter(code=OuterRef("pk"))
        if self.value() == "waiting":
            return queryset.filter(Exists(texts.waiting()))
        if self.value() in State.values:
            return queryset.filter(Exists(texts.in_state(self.value())))
        return queryset


class StateFilter(SimpleListFilter):
    """Texts by their own state."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("waiting", "Waiting to be published"), *_STATES]

    def queryset(self, request, queryset):
        if self.value() == "waiting":
            return queryset.waiting()
        return queryset.in_state(self.value()) if self.value() in State.values else queryset


class ReviewedBeforeFilter(ListFilter):
    """A date to fill in: what was last reviewed before it. `never` finds what never was."""

    title = "reviewed before"
    parameter_name = "reviewed_before"
    template = "admin/codes/reviewed_before_filter.html"

    def __init__(self, request, params, model, model_admin):
        super().__init__(request, params, model, model_admin)
        given = params.pop(self.parameter_name, None)
        self.given = (given[-1] if isinstance(given, list) else given or "").strip()
        self.day, self.error = None, ""
        if self.given:
            self.used_parameters[self.parameter_name] = self.given
        if self.given and self.given != "never":
            try:
                self.day = date.fromisoformat(self.given)
            except ValueError:
                self.error = f"“{self.given[:20]}” is not a date. Write it as year-month-day."

    def has_output(self):
        return True

    def expected_parameters(self):
        return [self.parameter_name]

    def choices(self, changelist):
        others = changelist.get_filters_params()
        others.pop(self.parameter_name, None)
        kept = [
            (name, value)
            for name, values in others.items()
            for value in (values if isinstance(values, list) else [values])
        ]
        if changelist.query:
            kept.append(("q", changelist.query))
        yield {
            "given": self.given,
            "day": self.day,
            "error": self.error,
            "is_never": self.given == "never",
            "kept": kept,
            "never_url": changelist.get_query_string({self.parameter_name: "never"}),
            "all_url": changelist.get_query_string(remove=[self.parameter_name]),
        }

    def queryset(self, request, queryset):
        if not self.day and self.given != "never":
            return queryset
        if queryset.model is not Code:
            return self._of_texts(queryset)
        plain = self._of_texts(PlainDescription.objects.filter(code=OuterRef("pk")))
        sections = self._of_texts(SectionText.objects.filter(code=OuterRef("pk")))
        return queryset.filter(Q(Exists(plain)) | Q(Exists(sections)))

    def _of_texts(self, texts: QuerySet) -> QuerySet:
        return texts.reviewed_before(self.day) if self.day else texts.never_reviewed()
