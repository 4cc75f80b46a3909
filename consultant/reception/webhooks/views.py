"""The addresses that providers call: off unless the site has the provider's secret."""

import logging

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from consultant.models import IncomingMail
from consultant.reception.receive import receive
from consultant.reception.webhooks import amazon_ses, mailgun, postmark, sendgrid
from consultant.reception.webhooks.call import Call, Malformed, Refused, TryAgain

logger = logging.getLogger(__name__)

PROVIDERS = {
    "amazon-ses": amazon_ses,
    "mailgun": mailgun,
    "postmark": postmark,
    "sendgrid": sendgrid,
}
# A mail in base64, its texts and attachments a second time, and what the provider says of it.
CALL_TO_MAIL = 4


@csrf_exempt
@require_http_methods(["HEAD", "POST"])
def webhook(request: HttpRequest, provider: str) -> HttpResponse:
    """Take what a provider hands over: 200 when it is committed, 5xx when it is to be repeated."""
    module = PROVIDERS.get(provider)
    if module is None or not module.is_on():
        raise Http404("This provider has no secret here.")
    if request.method == "HEAD":  # some providers ask whether the address is there
        return HttpResponse()
    largest = settings.MAIL_MAX_MB * 1024 * 1024
    try:
        body = request.read(CALL_TO_MAIL * largest + 1)
    except UnreadablePostError:
        return _answer(provider, 400, "breaks off")
    if len(body) > CALL_TO_MAIL * largest:
        return _answer(provider, module.TOO_LARGE, "too large")
    call = Call(request.content_type, body, request.META)
    try:
        found = module.deliveries(call)
    except Refused as problem:
        response = _answer(provider, problem.status, f"{problem}")
        if problem.status == 401:
            response["WWW-Authenticate"] = 'Basic realm="webhook"'
        return response
    except Malformed as problem:
        return _answer(provider, 400, f"{problem}")
    except TryAgain as problem:
        return _answer(provider, 503, f"{problem}")
    except Exception as error:  # its text may hold words of the mail
        return _answer(provider, 500, f"not understood: {type(error).__name__}")
    if any(len(delivery.raw) > largest for delivery in found):
        return _answer(provider, module.TOO_LARGE, "too large")
    try:
        _store(module, call, found)
    except Exception as error:  # of the database or of the queue: all is undone
        return _answer(provider, 503, f"not stored: {type(error).__name__}")
    return HttpResponse("stored\n", content_type="text/plain")


@transaction.atomic
def _store(module, call: Call, found: list) -> None:
    for delivery in found:
        receive(delivery.raw, way=IncomingMail.Way.WEBHOOK, evidence=delivery.evidence.to_dict())
    if found and hasattr(module, "stored"):
        module.stored(call)


def _answer(provider: str, status: int, reason: str) -> HttpResponse:
    level = logging.ERROR if status >= 500 else logging.WARNING
    logger.log(level, "webhook: %s", reason, extra={"provider": provider, "status": status})
    return HttpResponse(f"{reason}\n", status=status, content_type="text/plain")
