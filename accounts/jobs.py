"""What the background worker does for the accounts every night."""

from django.core.management import call_command
from procrastinate.contrib.django import app

from accounts import actions


@app.periodic(cron="17 4 * * *")
@app.task(name="accounts.prune_views", queueing_lock="accounts.prune_views")
def prune_views(timestamp: int) -> None:
    actions.prune_views()


@app.periodic(cron="27 4 * * *")
@app.task(name="accounts.clear_sessions", queueing_lock="accounts.clear_sessions")
def clear_sessions(timestamp: int) -> None:
    call_command("clearsessions")
