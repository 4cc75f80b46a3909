"""What the background worker does for the accounts: mails each minute, the rest every night."""

from django.core.management import call_command
from procrastinate.contrib.django import app

from accounts import actions, outbox, sender

MAILS_AT_A_TIME = 50


@app.periodic(cron="* * * * *")
@app.task(name="accounts.send_mails", queueing_lock="accounts.send_mails")
def send_mails(timestamp: int) -> None:
    sender.send_waiting_mails(most=MAILS_AT_A_TIME)


@app.periodic(cron="17 4 * * *")
@app.task(name="accounts.prune_views", queueing_lock="accounts.prune_views")
def prune_views(timestamp: int) -> None:
    actions.prune_views()


@app.periodic(cron="27 4 * * *")
@app.task(name="accounts.clear_sessions", queueing_lock="accounts.clear_sessions")
def clear_sessions(timestamp: int) -> None:
    call_command("clearsessions")


@app.periodic(cron="51 4 * * *")
@app.task(name="accounts.prune_mails", queueing_lock="accounts.prune_mails")
def prune_mails(timestamp: int) -> None:
    outbox.prune_mails()
