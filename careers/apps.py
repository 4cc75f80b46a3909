from django.apps import AppConfig


class CareersConfig(AppConfig):
    name = "careers"
    verbose_name = "CareerCenter"
    default_auto_field = "django.db.models.BigAutoField"
