from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ConsultantConfig(AppConfig):
    name = "consultant"
    verbose_name = "CaseConsultant"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from consultant.groups import make_group

        post_migrate.connect(make_group, sender=self, dispatch_uid="consultant.groups")
