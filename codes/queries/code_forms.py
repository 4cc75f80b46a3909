"""The code systems and the written forms of codes, for apps that ask questions of the reference."""

from codes.models import CodeSystem, code_url, has_form_of, printed_value, stored_value

__all__ = ["CodeSystem", "code_url", "has_form_of", "printed_value", "stored_value"]
