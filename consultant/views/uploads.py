"""Requests with files: their size is looked at first, and what they hold stays in memory."""

from functools import wraps

from django.conf import settings
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt, csrf_protect

BESIDE_FILES = 1024 * 1024  # bytes of a request for its text and fields


class _InMemory(MemoryFileUploadHandler):
    """Never into a file on disk, whatever the size: it was looked at before."""

    def handle_raw_input(self, *args, **kwargs):
        super().handle_raw_input(*args, **kwargs)
        self.activated = True


def taking_files(view):
    """Refuse what is larger than MAIL_MAX_MB before it is read; else keep it in memory."""
    protected = csrf_protect(view)

    @wraps(view)
    def wrapped(request, *args, **kwargs):
        if request.method == "POST":
            if not _is_small(request):
                return render(
                    request,
                    "consultant/too_large.html",
                    {"most_megabytes": settings.MAIL_MAX_MB},
                    status=413,
                )
            request.upload_handlers = [_InMemory(request)]
        return protected(request, *args, **kwargs)

    return csrf_exempt(wrapped)  # protected once its size is known


def _is_small(request) -> bool:
    length = request.META.get("CONTENT_LENGTH") or "0"
    most = settings.MAIL_MAX_MB * 1024 * 1024 + BESIDE_FILES
    return length.isascii() and length.isdigit() and int(length) <= most
