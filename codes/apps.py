from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CodesConfig(AppConfig):
    name = "codes"
    verbose_name = "Codes"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from codes.groups import make_groups

        post_migrate.connect(make_groups, dispatch_uid="codes.groups")
