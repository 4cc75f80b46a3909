"""Views to compare pages with: behind the same middleware, with hardly anything of their own."""

from django.http import HttpResponse
from django.template import engines
from django.urls import include, path

from codes.models import Code

FRAME = """{% extends "base.html" %}
{% block title %}{{ code.printed }}{% endblock %}
{% block content %}<h1>{{ code.printed }}</h1>{% endblock %}"""


def bare(request):
    """Who is reading, and a short answer."""
    return HttpResponse(f"{request.user.is_authenticated}")


def framed(request, pk):
    """One look-up by primary key in the site's own frame."""
    code = Code.objects.get(pk=pk)
    return HttpResponse(_frame().render({"code": code}, request))


def _frame(kept=[]):  # noqa: B006 the template is compiled once, as those from files are
    if not kept:
        kept.append(engines["django"].from_string(FRAME))
    return kept[0]


urlpatterns = [
    path("bare/", bare),
    path("framed/<int:pk>/", framed),
    path("", include("casepilot_site.urls")),
]
