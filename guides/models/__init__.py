"""Who looks after which community, who is on duty where, what they found, and what they are to look at."""

from guides.models.appeals import Appeal, AppealOutcome, AppealSubject
from guides.models.assignments import GuideAssignment
from guides.models.phones import GuidePhone, GuidePin, PhoneGuide
from guides.models.problems import Problem, ProblemKind
from guides.models.sampling import SampleCommitment, SampleRate
from guides.models.scenes import ScenePhoto
from guides.models.shifts import RosterSlot, Shift
from guides.models.supervision import Step, Supervised, SupervisionStep, TimeAllowed
from guides.models.tasks import GuideTask
from guides.models.teaching import Attendance, Gathering, GatheringKind, HomeVisit

__all__ = [
    "Appeal",
    "AppealOutcome",
    "AppealSubject",
    "Attendance",
    "Gathering",
    "GatheringKind",
    "GuideAssignment",
    "GuidePhone",
    "GuidePin",
    "GuideTask",
    "HomeVisit",
    "PhoneGuide",
    "Problem",
    "ProblemKind",
    "RosterSlot",
    "SampleCommitment",
    "SampleRate",
    "ScenePhoto",
    "Shift",
    "Step",
    "Supervised",
    "SupervisionStep",
    "TimeAllowed",
]
