"""The administration's pages of the reference."""

from codes.admin import code_list, text_lists

__all__ = ["code_list", "text_lists"]
