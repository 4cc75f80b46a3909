"""What the background worker does for the assistant."""

import logging

from procrastinate.contrib.django import app

from assistant import actions
from assistant.drafts.drafting import CannotDraft, draft_text_of

logger = logging.getLogger(__name__)


@app.periodic(cron="47 4 * * *")
@app.task(
    name="assistant.prune_guest_conversations",
    queueing_lock="assistant.prune_guest_conversations",
)
def prune_guest_conversations(timestamp: int) -> None:
    actions.prune_guest_conversations()


@app.task(name="assistant.draft_text", lock="assistant.draft_text")
def draft_text(code_id: int, kind: str, user_id: int) -> None:
    """Draft one text; what cannot be drafted is said in the log."""
    try:
        draft_text_of(code_id=code_id, kind=kind, user_id=user_id)
    except CannotDraft as problem:
        logger.info("not drafted: %s", problem, extra={"code_id": code_id, "kind": kind})
