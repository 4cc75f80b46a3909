"""The administration's pages of the reference."""

from codes.admin import code_list, releases, text_lists

__all__ = ["code_list", "releases", "text_lists"]
