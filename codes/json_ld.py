"""Structured data for search engines (schema.org as JSON-LD), from open facts alone."""

import json
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from codes.models import CodeSystem
from codes.queries.code_page import CodePage
from codes.queries.divisions import Crumb

CODING_SYSTEMS = {
    CodeSystem.CPT: "CPT",
    CodeSystem.HCPCS: "HCPCS Level II",
    CodeSystem.ICD_10_CM: "ICD-10-CM",
    CodeSystem.ICD_10_PCS: "ICD-10-PCS",
}
# Inside a script element only these could end it or begin another.
_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def as_script_text(data: dict[str, Any]) -> SafeString:
    """JSON for the inside of a `<script type="application/ld+json">` element."""
    text = json.dumps({"@context": "https://schema.org"} | data, ensure_ascii=False)
    # Every character that HTML gives a meaning there is written as a JSON escape.
    return mark_safe(text.translate(_ESCAPES))  # noqa: S308


def home_json_ld(site_name: str, site_url: str, search_path: str) -> SafeString:
    """The site and its look-up box."""
    return as_script_text(
        {
            "@type": "WebSite",
            "name": site_name,
            "url": f"{site_url}/",
            "potentialAction": {
                "@type": "SearchAction",
                "target": {
                    "@type": "EntryPoint",
                    "urlTemplate": f"{site_url}{search_path}?q={{search_term_string}}",
                },
                "query-input": "required name=search_term_string",
            },
        }
    )


def breadcrumb_json_ld(crumbs: list[Crumb], site_url: str) -> SafeString:
    """The way from the top to a page. The last crumb may have no address: it is the page."""
    return as_script_text(_breadcrumb(crumbs, site_url))


def code_json_ld(page: CodePage, site_url: str, *, has_gated: bool) -> SafeString:
    """A code page: the code with its open texts, and that the sections `.gated` are not free."""
    code = page.code
    url = site_url + code.get_absolute_url()
    medical_code = {
        "@type": "MedicalCode",
        "@id": f"{url}#code",
        "codeValue": code.printed,
        "codingSystem": CODING_SYSTEMS[CodeSystem(code.system)],
        "url": url,
    }
    if page.title:
        medical_code["name"] = page.title
    if page.plain_title and page.plain_title != page.title:
        medical_code["description"] = page.plain_title
    web_page = {
        "@type": "WebPage",
        "@id": url,
        "url": url,
        "name": f"{code.system_title} {code.printed}",
        "inLanguage": "en-US",
        "mainEntity": {"@id": f"{url}#code"},
        "isAccessibleForFree": not has_gated,
    }
    if has_gated:
        web_page["hasPart"] = {
            "@type": "WebPageElement",
            "isAccessibleForFree": False,
            "cssSelector": ".gated",
        }
    crumbs = [*page.breadcrumb, Crumb(code.printed, code.get_absolute_url())]
    return as_script_text({"@graph": [web_page, medical_code, _breadcrumb(crumbs, site_url)]})


def _breadcrumb(crumbs: list[Crumb], site_url: str) -> dict[str, Any]:
    items = []
    for position, crumb in enumerate(crumbs, start=1):
        item = {"@type": "ListItem", "position": position, "name": crumb.title}
        if crumb.url:
            item["item"] = site_url + crumb.url
        items.append(item)
    return {"@type": "BreadcrumbList", "itemListElement": items}
