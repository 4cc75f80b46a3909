"""Texts to begin with, of our own; consultants change or delete them as they like."""

from django.db import migrations

TEXTS = {
    "More details are needed": """\
To answer this I need a little more:

- the date of service, and the state where it was given
- the setting (office, outpatient hospital, inpatient, ...) and who bills
- the codes as they are on the claim, with modifiers and units

Please leave out whatever identifies the patient, and reply to this message.""",
    "A denial: what to send": """\
To look into this denial I need what the remittance says of the line: the claim adjustment group and
reason code, and any remark codes. With the codes, modifiers and units of the whole claim and the
date of service I can tell which edit or policy it most likely met.

Please leave out whatever identifies the patient.""",
    "The payer decides": """\
What I can show you is what Medicare publishes. Other payers follow it often, but not always, and
your contract with the payer goes before both. Please look for the payer's own policy, or ask the
payer in writing, and keep the reply with the claim.""",
    "A bypassed NCCI edit": """\
A modifier may bypass an NCCI procedure-to-procedure edit only where its modifier indicator is 1,
and only when the record shows what the modifier says: another site, another session, another
practitioner or a service that does not overlap. The documentation decides, not the modifier. With
indicator 0 no modifier bypasses the edit.""",
    "The documentation decides": """\
Which of these codes is right depends on what the record says. Please check what is documented
against the description of each, and ask the practitioner where it is silent: a code may not say
more than the record does.""",
    "Not a question of coding": """\
This is a clinical or a legal question, which I may not answer. I can tell what the published code
sets, edits and policies say: ask me about a code, an edit, a fee or a policy, and I will.""",
}


def add_texts(apps, schema_editor):
    canned_text = apps.get_model("consultant", "CannedText")
    for title, text in TEXTS.items():
        canned_text.objects.get_or_create(title=title, defaults={"text": _unwrapped(text)})


def _unwrapped(text: str) -> str:
    """Each paragraph and each item on a line of its own: the lines above end where code does."""
    paragraphs = []
    for paragraph in text.split("\n\n"):
        joined = paragraph if paragraph.startswith("- ") else paragraph.replace("\n", " ")
        paragraphs.append(joined)
    return "\n\n".join(paragraphs)


class Migration(migrations.Migration):
    dependencies = [("consultant", "0001_cases")]

    operations = [
        migrations.AlterModelOptions(
            name="thread", options={"ordering": ["-updated_at"], "verbose_name": "case"}
        ),
        migrations.RunPython(add_texts, migrations.RunPython.noop),
    ]
