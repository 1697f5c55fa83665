"""What people decided of what the filters found: a new rule is tried on it (services/trying.py)."""

from moderation.models import Case, Screening


def note_outcome(*, case: Case, upheld: bool | None) -> None:
    """Of everything that the filters did not simply let pass in this thing. None: nothing is decided any more."""
    outcome = "" if upheld is None else Screening.Outcome.UPHELD if upheld else Screening.Outcome.CLEARED
    spoke = Screening.objects.filter(subject=case.subject).exclude(result=Screening.Result.ALLOWED)
    spoke.update(outcome=outcome)
