"""What people decided of what the filters found: a new rule is tried on it (services/trying.py)."""

from moderation.models import Case, Screening
from moderation.services.standing import work_out


def note_outcome(*, case: Case, upheld: bool | None) -> None:
    """Of everything that the filters did not simply let pass in this thing. None: nothing is decided any more."""
    outcome = "" if upheld is None else Screening.Outcome.UPHELD if upheld else Screening.Outcome.CLEARED
    spoke = Screening.objects.filter(subject=case.subject).exclude(result=Screening.Result.ALLOWED)
    if spoke.update(outcome=outcome) and case.person is not None:
        # A refusal that was cleared does not count towards a pause any more.
        work_out(case.person)
