"""A job as schema.org JobPosting, by what Google documents for it.

Required there: title, description, datePosted, hiringOrganization, and jobLocation or, for remote
jobs, jobLocationType TELECOMMUTE with applicantLocationRequirements. Recommended: validThrough,
employmentType, baseSalary, identifier, directApply, experienceRequirements. A job that may be done
from home part of the week is not TELECOMMUTE.
"""

import json
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from careers.models import Posting
from careers.states import STATES

_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}
# Months of experience; "lead" says nothing of them.
_MONTHS = {Posting.Level.ONE: 12, Posting.Level.THREE: 36, Posting.Level.SENIOR: 72}


def job_json_ld(posting: Posting, site_url: str, *, has_logo: bool) -> SafeString:
    """For the inside of a script element. Reads the employer, the places and the credentials."""
    data = {"@context": "https://schema.org/"} | job_posting(posting, site_url, has_logo=has_logo)
    text = json.dumps(data, ensure_ascii=False)
    return mark_safe(text.translate(_ESCAPES))  # noqa: S308 every character with a meaning is escaped


def job_posting(posting: Posting, site_url: str, *, has_logo: bool = False) -> dict[str, Any]:
    """The posting's facts; what is not known is left out."""
    url = site_url + posting.get_absolute_url()
    employer = posting.employer
    organization = {
        "@type": "Organization",
        "name": employer.name,
        "sameAs": employer.website or site_url + employer.get_absolute_url(),
    }
    if has_logo:
        organization["logo"] = f"{site_url}{employer.get_absolute_url()}logo.png"
    credentials = [each.abbreviation for each in posting.credentials.all()]
    data = {
        "@type": "JobPosting",
        "@id": f"{url}#job",
        "url": url,
        "title": posting.title,
        "description": posting.description_html,
        "identifier": {
            "@type": "PropertyValue",
            "name": employer.name,
            "value": posting.external_id or str(posting.pk),
        },
        "datePosted": (posting.went_live_at or posting.created_at).isoformat(timespec="seconds"),
        "validThrough": _end_of(posting.valid_through),
        "employmentType": posting.employment_type,
        "hiringOrganization": organization,
        "directApply": posting.apply_by == Posting.ApplyBy.HERE,
        "industry": "Medical coding and billing",
        "occupationalCategory": "29-2072.00 Medical Records Specialists",
        "qualifications": ", ".join(credentials),
        "skills": ", ".join(filter(None, [*posting.code_system_names, posting.software])),
        "jobLocation": [_place(each) for each in posting.locations.all()],
        "baseSalary": _salary(posting),
        "experienceRequirements": _experience(posting),
    }
    if posting.workplace == Posting.Workplace.REMOTE:
        data["jobLocationType"] = "TELECOMMUTE"
        data["applicantLocationRequirements"] = [
            {"@type": "State", "name": f"{STATES[state]}, USA"} for state in posting.remote_states
        ] or {"@type": "Country", "name": "USA"}
    return {name: value for name, value in data.items() if value not in ("", None, [])}


def _end_of(day: date) -> str:
    return timezone.make_aware(datetime.combine(day, time(23, 59, 59))).isoformat()


def _place(place) -> dict:
    address = {
        "@type": "PostalAddress",
        "addressLocality": place.city,
        "addressRegion": place.state,
        "postalCode": place.zip_code,
        "addressCountry": "US",
    }
    return {
        "@type": "Place",
        "address": {name: value for name, value in address.items() if value},
    }


def _salary(posting: Posting) -> dict | None:
    if posting.pay_min is None and posting.pay_max is None:
        return None
    value = {"@type": "QuantitativeValue", "unitText": posting.pay_unit}
    if posting.pay_min is not None and posting.pay_max is not None:
        value |= {"minValue": float(posting.pay_min), "maxValue": float(posting.pay_max)}
    else:
        value["value"] = float(posting.pay_min if posting.pay_min is not None else posting.pay_max)
    return {"@type": "MonetaryAmount", "currency": "USD", "value": value}


def _experience(posting: Posting) -> dict | str | None:
    if posting.level == Posting.Level.ENTRY:
        return "no requirements"
    if posting.level in _MONTHS:
        return {
            "@type": "OccupationalExperienceRequirements",
            "monthsOfExperience": _MONTHS[posting.level],
        }
    return None
