"""What every template may use."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils import timezone


@dataclass(frozen=True)
class Product:
    """A product that works: its name, its line and its address."""

    slug: str
    name: str
    line: str
    url: str


def _products() -> list[Product]:
    return [
        Product(
            "case2code", "Case2Code", "Search and code look-up tool", reverse("search:code_find")
        ),
        Product("casepilot", "CasePilot", "Medical coding assistant", reverse("assistant:ask")),
        Product(
            "caseconsultant",
            "CaseConsultant",
            "Coding answers by e-mail",
            reverse("consultant:thread_list"),
        ),
        Product(
            "careercenter",
            "CareerCenter",
            "The medical coding job board",
            reverse("careers:job_list"),
        ),
    ]


def site(request) -> dict:
    return {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "copyright_year": timezone.localdate().year,
        "canonical_url": settings.SITE_URL + request.path,
        "products": _products(),
    }
