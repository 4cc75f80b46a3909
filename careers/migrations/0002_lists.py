"""The credentials and specialties a new board begins with; an administrator edits them."""

from django.db import migrations
from django.utils.text import slugify

AAPC, AHIMA = "AAPC", "AHIMA"
CREDENTIALS = [
    ("CPC", "Certified Professional Coder", AAPC),
    ("CPC-A", "Certified Professional Coder, apprentice", AAPC),
    ("COC", "Certified Outpatient Coder", AAPC),
    ("CIC", "Certified Inpatient Coder", AAPC),
    ("CRC", "Certified Risk Adjustment Coder", AAPC),
    ("CPB", "Certified Professional Biller", AAPC),
    ("CPMA", "Certified Professional Medical Auditor", AAPC),
    ("CDEO", "Certified Documentation Expert, outpatient", AAPC),
    ("CPPM", "Certified Physician Practice Manager", AAPC),
    ("CPCO", "Certified Professional Compliance Officer", AAPC),
    ("CCS", "Certified Coding Specialist", AHIMA),
    ("CCS-P", "Certified Coding Specialist, physician-based", AHIMA),
    ("CCA", "Certified Coding Associate", AHIMA),
    ("RHIT", "Registered Health Information Technician", AHIMA),
    ("RHIA", "Registered Health Information Administrator", AHIMA),
    ("CDIP", "Certified Documentation Improvement Practitioner", AHIMA),
    ("CCDS", "Certified Clinical Documentation Specialist", "ACDIS"),
    ("CANPC", "Certified Anesthesia and Pain Management Coder", AAPC),
    ("CASCC", "Certified Ambulatory Surgical Center Coder", AAPC),
    ("CCC", "Certified Cardiology Coder", AAPC),
    ("CCVTC", "Certified Cardiovascular and Thoracic Surgery Coder", AAPC),
    ("CEDC", "Certified Emergency Department Coder", AAPC),
    ("CEMC", "Certified Evaluation and Management Coder", AAPC),
    ("CFPC", "Certified Family Practice Coder", AAPC),
    ("CGIC", "Certified Gastroenterology Coder", AAPC),
    ("CGSC", "Certified General Surgery Coder", AAPC),
    ("CHONC", "Certified Hematology and Oncology Coder", AAPC),
    ("CIRCC", "Certified Interventional Radiology Cardiovascular Coder", AAPC),
    ("COBGC", "Certified Obstetrics Gynecology Coder", AAPC),
    ("COPC", "Certified Ophthalmology Coder", AAPC),
    ("COSC", "Certified Orthopaedic Surgery Coder", AAPC),
    ("CPEDC", "Certified Pediatrics Coder", AAPC),
    ("CRHC", "Certified Rheumatology Coder", AAPC),
    ("CSFAC", "Certified Surgical Foot and Ankle Coder", AAPC),
    ("CUC", "Certified Urology Coder", AAPC),
]
SPECIALTIES = [
    "Anesthesia and pain management", "Auditing and compliance", "Behavioral health",
    "Billing and accounts receivable", "Cardiology", "Clinical documentation integrity",
    "Denials and appeals", "Dermatology", "Education and training", "Emergency medicine",
    "Evaluation and management", "Gastroenterology", "General surgery", "Home health and hospice",
    "Inpatient facility", "Interventional radiology", "Neurology and neurosurgery",
    "Obstetrics and gynecology", "Oncology and infusion", "Ophthalmology", "Orthopedics",
    "Outpatient facility", "Outpatient surgery", "Pathology and laboratory", "Pediatrics",
    "Primary care", "Radiology", "Rehabilitation", "Risk adjustment", "Urology",
]  # fmt: skip


def fill(apps, schema_editor):
    credential = apps.get_model("careers", "Credential")
    credential.objects.bulk_create(
        credential(
            abbreviation=abbreviation,
            slug=abbreviation.lower(),
            name=name,
            issuer=issuer,
            position=position,
        )
        for position, (abbreviation, name, issuer) in enumerate(CREDENTIALS, 1)
    )
    specialty = apps.get_model("careers", "Specialty")
    specialty.objects.bulk_create(specialty(name=name, slug=slugify(name)) for name in SPECIALTIES)
    apps.get_model("careers", "Board").objects.get_or_create(pk=1)


class Migration(migrations.Migration):
    dependencies = [("careers", "0001_initial")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
