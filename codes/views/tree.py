"""The way from the code systems down to a code."""

from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from codes.models import CodeSystem
from codes.queries.tree import code_systems


@require_safe
@cache_control(private=True, no_cache=True)
def system_list(request):
    """The code systems. Context: `systems` (title, url, line, release or None, code_count)."""
    return render(
        request, "codes/system_list.html", {"systems": code_systems(timezone.localdate())}
    )


@require_safe
@cache_control(private=True, no_cache=True)
def system_detail(request, system):
    if system not in CodeSystem.values:
        raise Http404(f"There is no code system {system}.")
    return render(request, "codes/system_detail.html", {"system": CodeSystem(system)})
