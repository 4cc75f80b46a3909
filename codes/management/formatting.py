"""The form of the commands' --help."""

from argparse import RawDescriptionHelpFormatter

from django.core.management.base import DjangoHelpFormatter


class HelpAsWritten(DjangoHelpFormatter, RawDescriptionHelpFormatter):
    """Keeps the lines of a command's description as they are written."""
