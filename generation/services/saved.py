"""Sentences to come back to: those that a person saved, and those drawn lately."""

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import Person
from generation.models import Job, SavedPrompt
from generation.services.access import jobs_of
from generation.services.sentences import BadSentence, clean_sentence

MOST_SAVED = 200
# Looked through for different ones: somebody who draws the same sentence forty times has one recent sentence.
LOOKED_AT = 60
RECENT = 10


def save_prompt(*, person: Person, sentence: str) -> SavedPrompt:
    """Saving it twice is saving it once. Undoing a deletion is saving it again."""
    clean = clean_sentence(sentence)
    with transaction.atomic():
        known = SavedPrompt.objects.filter(person=person, sentence=clean).first()
        if known is None and SavedPrompt.objects.filter(person=person).count() >= MOST_SAVED:
            raise BadSentence(_("At most %(most)d sentences can be saved. Delete one first.") % {"most": MOST_SAVED})
        return known or SavedPrompt.objects.get_or_create(person=person, sentence=clean)[0]


def delete_prompt(*, person: Person, prompt_id: int) -> str:
    """The sentence that was deleted, so that it can be saved again."""
    found = SavedPrompt.objects.filter(person=person, pk=prompt_id).first()
    if found is None:
        raise Http404
    found.delete()
    return found.sentence


def saved_prompts(*, person: Person) -> list[SavedPrompt]:
    return list(SavedPrompt.objects.filter(person=person)[:MOST_SAVED])


def recent_sentences(*, person: Person) -> list[str]:
    """Different ones, the newest first."""
    drawn = jobs_of(person).filter(emptied_at=None, kind=Job.Kind.PROMPT).order_by("-created", "-id")
    return list(dict.fromkeys(drawn.values_list("prompt", flat=True)[:LOOKED_AT]))[:RECENT]
