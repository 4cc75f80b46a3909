"""What the background worker does for CaseConsultant."""

from procrastinate.contrib.django import app

from consultant import answering, reading, retention
from consultant.actions import threads
from consultant.models import Thread


@app.task(name="consultant.read_mail")
def read_mail(mail_id: int) -> None:
    reading.read_mail(mail_id)


@app.task(name="consultant.answer_question")
def answer_question(message_id: int) -> None:
    answering.answer_question(message_id)


@app.task(name="consultant.tell_of_more")
def tell_of_more(thread_id: str) -> None:
    if thread := Thread.objects.filter(pk=thread_id).first():
        threads.tell_of_more(thread=thread)


@app.periodic(cron="* * * * *")
@app.task(name="consultant.take_up", queueing_lock="consultant.take_up")
def take_up(timestamp: int) -> None:
    retention.take_up()


@app.periodic(cron="23 4 * * *")
@app.task(name="consultant.prune", queueing_lock="consultant.prune")
def prune(timestamp: int) -> None:
    retention.prune()
