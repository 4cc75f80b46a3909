"""What the background worker does for CaseConsultant."""

from procrastinate.contrib.django import app


@app.task(name="consultant.read_mail")
def read_mail(mail_id: int) -> None:
    from consultant.reading import read_mail

    read_mail(mail_id)


@app.task(name="consultant.answer_question")
def answer_question(message_id: int) -> None:
    from consultant.answering import answer_question

    answer_question(message_id)
