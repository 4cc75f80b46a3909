"""What the background worker does for the reference: uploaded files, and what piles up."""

from procrastinate.contrib.django import app

from codes.actions import imports
from codes.actions.data_changes import fold_data_changes

STALLED_SECONDS = 60


@app.task(name="codes.import_upload", lock="codes.import")
def import_upload(upload_id: int) -> None:
    imports.import_upload(upload_id=upload_id)


@app.periodic(cron="*/2 * * * *")
@app.task(name="codes.take_up_stalled_jobs", queueing_lock="codes.take_up_stalled_jobs")
async def take_up_stalled_jobs(timestamp: int) -> None:
    """Give the jobs of a worker that was killed to the next one; an import just starts anew."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        await app.job_manager.retry_job(job)


@app.periodic(cron="37 * * * *")
@app.task(name="codes.fold_data_changes", queueing_lock="codes.fold_data_changes")
def fold_changes(timestamp: int) -> None:
    """Every hour, as each page adds the rows up."""
    fold_data_changes()
