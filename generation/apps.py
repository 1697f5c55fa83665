from django.apps import AppConfig

from moderation.signals import listing_decided


class GenerationConfig(AppConfig):
    name = "generation"

    def ready(self) -> None:
        from generation import services  # the models of `services` exist only once apps are ready
        from moderation.services import register_subject

        listing_decided.connect(services.on_listing_decided, dispatch_uid="generation.listing_decided")
        for kind in ("picture", "collection"):
            register_subject(kind=kind, find=services.shared_subject)
