"""The waiting mails move to the outbox of the accounts, and the board's own table goes."""

from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.db import migrations
from django.utils.encoding import punycode

# A worker that is stopped for the update leaves such jobs behind.
RENAME_JOBS = """
UPDATE procrastinate_jobs
SET task_name = replace(task_name, 'careers.', 'accounts.'), queueing_lock = NULL
WHERE status = 'todo' AND task_name IN ('careers.send_mails', 'careers.prune_mails')
"""


def copy_waiting_mails(apps, schema_editor) -> None:
    """Copy what is still to be tried, with the Message-ID that an earlier try may have borne."""
    mails = apps.get_model("careers", "Mail").objects.filter(sent_at=None, failed_count__lt=8)
    outbox = apps.get_model("accounts", "OutgoingMail").objects
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")[2]
    host = punycode(host or urlsplit(settings.SITE_URL).hostname)
    for mail in mails.select_related("invitation", "search").order_by("pk").iterator():
        if not (mail.user_id or mail.invitation):
            continue
        headers, about = {}, ""
        if mail.search:
            url = f"{settings.SITE_URL}/careercenter/alerts/{mail.search.key}/stop/"
            headers["List-Unsubscribe"] = f"<{url}>"
            headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
            about = f"careers.search:{mail.search_id}"
        elif mail.invitation:
            about = f"careers.invitation:{mail.invitation_id}"
        outbox.create(
            user_id=mail.user_id,
            address="" if mail.user_id else mail.invitation.email,
            subject=mail.subject,
            text=mail.text,
            headers=headers,
            message_id=f"<{mail.message_id}@{host}>",
            about=about,
            created_at=mail.created_at,
            try_at=mail.try_at,
            failed_count=mail.failed_count,
        )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_outgoing_mail"),
        ("careers", "0002_lists"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]

    operations = [
        migrations.RunPython(copy_waiting_mails, migrations.RunPython.noop),
        migrations.RunSQL(RENAME_JOBS, migrations.RunSQL.noop),
        migrations.DeleteModel(name="Mail"),
    ]
