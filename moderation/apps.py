from django.apps import AppConfig


class ModerationConfig(AppConfig):
    name = "moderation"

    def ready(self) -> None:
        from accounts.services import register_name_check
        from moderation.services import screen_sentence  # its models exist only once apps are ready

        register_name_check(lambda name: screen_sentence(text=name).allowed)
