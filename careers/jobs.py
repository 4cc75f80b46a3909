"""What the background worker does for the job board."""

from procrastinate.contrib.django import app

from careers.actions import alerts, candidates, feeds, postings


@app.periodic(cron="*/5 * * * *")
@app.task(name="careers.look_for_new_jobs", queueing_lock="careers.look_for_new_jobs")
def look_for_new_jobs(timestamp: int) -> None:
    alerts.look_for_new_jobs()


@app.periodic(cron="3,18,33,48 * * * *")
@app.task(name="careers.follow_the_calendar", queueing_lock="careers.follow_the_calendar")
def follow_the_calendar(timestamp: int) -> None:
    postings.follow_the_calendar()


@app.periodic(cron="41 3 * * *")
@app.task(name="careers.read_feeds", queueing_lock="careers.read_feeds")
def read_feeds(timestamp: int) -> None:
    feeds.read_daily_feeds()


@app.periodic(cron="33 4 * * *")
@app.task(name="careers.sweep_resumes", queueing_lock="careers.sweep_resumes")
def sweep_resumes(timestamp: int) -> None:
    candidates.sweep_resumes()
