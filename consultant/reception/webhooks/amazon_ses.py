"""Amazon SES: a receipt rule with an SNS action publishes the mail to a topic that calls us."""

import base64
import json
import logging

from django.conf import settings

from consultant.reception.webhooks import sns
from consultant.reception.webhooks.call import Call, Delivery, Malformed, evidence

logger = logging.getLogger(__name__)

TOO_LARGE = 413  # SNS does not try again after 4xx


def is_on() -> bool:
    return bool(settings.SES_TOPIC_ARNS)


def deliveries(call: Call) -> list[Delivery]:
    message = sns.read_message(call)
    if message["Type"] == "SubscriptionConfirmation":
        sns.confirm(message)
        logger.info("subscription to the topic of SES confirmed")
        return []
    if message["Type"] == "UnsubscribeConfirmation":
        logger.warning("the topic of SES does not call any more")
        return []
    try:
        event = json.loads(message["Message"])
        if event.get("notificationType") != "Received":
            logger.warning("the topic of SES tells of other things than mail received")
            return []
        mail, receipt = event["mail"], event["receipt"]
        content, action = event.get("content"), receipt["action"]
        mail_from, recipients = mail.get("source") or "", receipt.get("recipients") or []
        verdicts = {
            name: receipt.get(f"{name}Verdict", {}).get("status", "")
            for name in ("spf", "dkim", "dmarc")
        }
    except ValueError:
        # "Successfully validated SNS topic for Amazon SES event publishing."
        logger.info("the topic of SES says something that is no mail")
        return []
    except (TypeError, KeyError, AttributeError):
        raise Malformed("expected the notification of a mail received") from None
    if action.get("type") != "SNS" or not isinstance(content, str):
        raise Malformed("expected the receipt rule's action to be SNS, with the mail in it")
    if action.get("encoding") == "BASE64":
        raw = base64.b64decode(content)
    else:
        raw = content.encode("utf-8", "surrogatepass")
    return [
        Delivery(
            raw,
            evidence(
                mail_from=mail_from,
                recipients=recipients,
                # GRAY and PROCESSING_FAILED are SES's words for a verdict that there is not.
                verdicts={n: w for n, w in verdicts.items() if w in ("PASS", "FAIL")},
            ),
        )
    ]
