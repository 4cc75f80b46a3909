"""Plain-language descriptions as a sheet (CSV or XLSX): the columns, the checks, the dry run."""

import re
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from import_export import resources
from import_export.fields import Field
from import_export.results import RowResult

from codes.actions.editorial import MAX_TEXT_LENGTH, MAX_TITLE_LENGTH, publish, save_draft
from codes.models import Code, CodeSystem, EditorialText, PlainDescription, stored_value
from codes.queries.history import word_diff

COLUMNS = ["system", "code", "title", "text", "state", "reviewed_date"]
MAX_ROWS = 5000
AS_DRAFTS, AS_PUBLISHED, AS_THE_SHEET_SAYS = "drafts", "published", "sheet"

# What a spreadsheet would take for a formula. Escaped with an apostrophe on the way out, and
# freed of it on the way in, so that a sheet can be exported, edited and imported again.
_FORMULA = re.compile(r"[=+\-@\t\r]")
_ESCAPED = re.compile(r"'(?=[=+\-@\t\r])")


def escape_formula(value: str) -> str:
    return f"'{value}" if _FORMULA.match(value) else value


def unescape_formula(value: str) -> str:
    return _ESCAPED.sub("", value, count=1) if _ESCAPED.match(value) else value


class WordDifference:
    """The preview's columns: what was there, struck out, and what the sheet puts in its place."""

    def __init__(self, resource, instance, new):
        self.before = [""] * len(COLUMNS) if new else resource.shown_values(instance)
        self.after = self.before

    def compare_with(self, resource, instance):
        self.after = resource.shown_values(instance)

    def as_html(self):
        return [
            format_html_join(
                "",
                "{}",
                (
                    (format_html(_PIECES[piece.kind], piece.text),)
                    for piece in word_diff(before, after)
                ),
            )
            for before, after in zip(self.before, self.after, strict=True)
        ]


_PIECES = {"same": "{}", "removed": "<del>{}</del>", "added": "<ins>{}</ins>"}


class PlainDescriptionResource(resources.ModelResource):
    """A row is a plain-language description, known by its system and code.

    An empty title, text or date leaves what is stored; a sheet never empties a text. Every row
    is checked before any is stored, and one bad row keeps the whole sheet out.
    """

    system = Field(column_name="system", attribute="code__system", readonly=True)
    code = Field(column_name="code", attribute="code__printed", readonly=True)
    title = Field(column_name="title", attribute="title")
    text = Field(column_name="text", attribute="text")
    state = Field(column_name="state", attribute="state", readonly=True)
    reviewed_date = Field(column_name="reviewed_date", attribute="reviewed_date")

    class Meta:
        model = PlainDescription
        fields = export_order = import_order = COLUMNS
        import_id_fields = ["system", "code"]
        skip_unchanged = report_skipped = True
        skip_html_diff = False
        store_instance = False
        clean_model_instances = False
        use_transactions = True

    def __init__(self, user=None, becomes=AS_DRAFTS, **kwargs):
        super().__init__(**kwargs)
        self.user = user
        self.becomes = becomes
        self.codes, self.texts, self.rows_of_codes = {}, {}, {}

    # Export

    def get_queryset(self):
        return PlainDescription.objects.select_related("code").defer("published_html")

    def export_field(self, field, instance, **kwargs):
        return escape_formula(self._shown(field.column_name, instance))

    def shown_values(self, instance: PlainDescription) -> list[str]:
        return [self._shown(column, instance) for column in COLUMNS]

    def _shown(self, column: str, instance: PlainDescription) -> str:
        if column == "system":
            return instance.code.system
        if column == "code":
            return instance.code.printed
        if column == "reviewed_date":
            return instance.reviewed_date.isoformat() if instance.reviewed_date else ""
        if column == "state":
            return instance.state.value
        return getattr(instance, column)

    # Import

    @classmethod
    def get_diff_class(cls):
        return WordDifference

    def get_diff_headers(self):
        return COLUMNS

    def before_import(self, dataset, **kwargs):
        """Check the head of the sheet, and find the codes it names in one query for each system."""
        dataset.headers = [str(header or "").strip().lower() for header in dataset.headers or []]
        missing = {"system", "code"} - set(dataset.headers)
        if missing:
            raise ValidationError(
                f"The first row must name the columns {', '.join(COLUMNS)}; "
                f"{' and '.join(sorted(missing))} {'is' if len(missing) == 1 else 'are'} missing."
            )
        if not {"title", "text", "reviewed_date"} & set(dataset.headers):
            raise ValidationError("There is no column title, text or reviewed_date to import.")
        if len(dataset) > MAX_ROWS:
            raise ValidationError(
                f"The sheet has {len(dataset):,} rows; at most {MAX_ROWS:,} are imported at once."
            )
        wanted = {}
        for row in dataset.dict:
            system, value = _system(row), _stored_code(row)
            wanted.setdefault(system, set()).add(value)
        self.codes = {
            (code.system, code.value): code
            for system, values in wanted.items()
            if system in CodeSystem.values
            for code in Code.objects.filter(system=system, value__in=values)
        }
        texts = PlainDescription.objects.filter(code__in=self.codes.values())
        self.texts = {text.code_id: text for text in texts}

    def before_import_row(self, row, row_number=None, **kwargs):
        """Read and check a row. Raises ValidationError with a sentence for each bad cell."""
        errors = {}
        code = self._code_of(row, row_number, errors)
        title = unescape_formula(_words(row.get("title")))
        text = unescape_formula(_words(row.get("text")))
        if len(title) > MAX_TITLE_LENGTH:
            errors["title"] = f"It has {len(title)} characters; at most {MAX_TITLE_LENGTH} fit."
        if len(text) > MAX_TEXT_LENGTH:
            errors["text"] = f"It has {len(text):,} characters; at most {MAX_TEXT_LENGTH:,} fit."
        day = _date(row.get("reviewed_date"), errors)
        is_published = self._is_published(row, errors)
        if errors:
            raise ValidationError(errors)
        stored = self.texts.get(code.pk)
        if stored is None and not (title or text):
            raise ValidationError({"text": "There is neither a text nor a title."})
        row["checked"] = {
            "code": code,
            "title": title or (stored.title if stored else ""),
            "text": text or (stored.text if stored else ""),
            "reviewed_date": day or (stored.reviewed_date if stored else None),
            "is_published": is_published,
        }

    def get_instance(self, instance_loader, row):
        text = self.texts.get(row["checked"]["code"].pk)
        if text:
            text.code = row["checked"]["code"]
        return text

    def init_instance(self, row=None):
        return PlainDescription(code=row["checked"]["code"])

    def import_instance(self, instance, row, **kwargs):
        checked = row["checked"]
        instance.title, instance.text = " ".join(checked["title"].split()), checked["text"]
        instance.reviewed_date = checked["reviewed_date"]
        self.is_published_now = checked["is_published"]

    def skip_row(self, instance, original, row, import_validation_errors=None):
        if not original.pk:
            return False
        same = all(
            getattr(instance, name) == getattr(original, name)
            for name in ("title", "text", "reviewed_date")
        )
        wants_publishing = self.is_published_now and original.state != EditorialText.State.PUBLISHED
        return same and not wants_publishing

    def save_instance(self, instance, is_create, row, **kwargs):
        """Store the row; on a dry run only show in the preview what it would be."""
        if not self._is_dry_run(kwargs):
            super().save_instance(instance, is_create, row, **kwargs)
        elif self.is_published_now:
            instance.published_text, instance.published_title = instance.text, instance.title
            instance.published_at = timezone.now()

    def do_instance_save(self, instance, is_create):
        """Through the editors' own actions: with history, log and person."""
        day = instance.reviewed_date
        save_draft(
            text=instance,
            markdown=instance.text,
            title=instance.title,
            reviewed_date=day,
            by=self.user,
            reason="Imported from a sheet",
        )
        if self.is_published_now:
            publish(text=instance, by=self.user, reviewed_date=day, reason="Published from a sheet")

    def after_import_row(self, row, row_result, **kwargs):
        # The preview shows cells of the sheet, not what was made of them.
        row.pop("checked", None)
        if row_result.import_type == RowResult.IMPORT_TYPE_SKIP:
            row_result.instance = None

    def _code_of(self, row, row_number: int, errors: dict) -> Code | None:
        system, value = _system(row), _stored_code(row)
        if system not in CodeSystem.values:
            names = ", ".join(CodeSystem.values)
            errors["system"] = f"“{system[:20]}” is not a code system. It is one of {names}."
            return None
        code = self.codes.get((system, value))
        if code is None:
            title = CodeSystem(system).label
            errors["code"] = f"“{_words(row.get('code'))[:20]}” is not a known code of {title}."
            return None
        first = self.rows_of_codes.setdefault(code.pk, row_number)
        if first != row_number:
            # Rows are counted as a spreadsheet does, where the head is the first.
            errors["code"] = f"{code} stands in row {first + 1} too."
        return code

    def _is_published(self, row, errors: dict) -> bool:
        if self.becomes != AS_THE_SHEET_SAYS:
            return self.becomes == AS_PUBLISHED
        state = _words(row.get("state")).lower()
        if state not in ("", *EditorialText.State.values):
            errors["state"] = f"“{state[:20]}” is not a state. It is draft or published."
        return state == EditorialText.State.PUBLISHED


def _words(cell) -> str:
    return "" if cell is None else str(cell).replace("\r\n", "\n").strip()


def _system(row) -> str:
    return _words(row.get("system")).lower()


def _stored_code(row) -> str:
    cell = row.get("code")
    # A spreadsheet takes 00100 for the number 100.
    if isinstance(cell, (int, float)) and not isinstance(cell, bool) and cell == int(cell):
        return f"{int(cell):05}"
    return stored_value(unescape_formula(_words(cell)))


def _date(cell, errors: dict) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    words = unescape_formula(_words(cell))
    if not words:
        return None
    try:
        return date.fromisoformat(words)
    except ValueError:
        errors["reviewed_date"] = (
            f"“{words[:20]}” is not a date. Write it as year-month-day, e.g. 2026-07-01."
        )
        return None
