from django.apps import AppConfig


class ConsultantConfig(AppConfig):
    name = "consultant"
    verbose_name = "CaseConsultant"
    default_auto_field = "django.db.models.BigAutoField"
