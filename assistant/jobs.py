"""What the background worker does for the assistant."""

from procrastinate.contrib.django import app

from assistant import actions


@app.periodic(cron="47 4 * * *")
@app.task(
    name="assistant.prune_guest_conversations",
    queueing_lock="assistant.prune_guest_conversations",
)
def prune_guest_conversations(timestamp: int) -> None:
    actions.prune_guest_conversations()
