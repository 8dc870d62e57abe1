from ackplan.core.diagnostics import Diagnostic as Diagnostic
from ackplan.core.diagnostics import Failure as Failure
from ackplan.project.outcome import ProjectPlan as ProjectPlan
from ackplan.project.outcome import ProjectRun as ProjectRun
from ackplan.project.project import Project as Project
from ackplan.project.project import aopen as aopen
from ackplan.project.project import open_project as open  # noqa: A004 - called ackplan.open

__version__: str
__all__ = ["Diagnostic", "Failure", "Project", "ProjectPlan", "ProjectRun", "aopen", "open"]
