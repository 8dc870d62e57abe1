"""ackplan: clusters of Alibaba Cloud Container Service for Kubernetes, declared, planned, reviewed and applied.

`ackplan.open` and `ackplan.aopen` give a project to programs: see docs/python-api.md. They are imported when they are
asked for, so that the command line starts at once; type checkers read `__init__.pyi`.
"""

__version__ = "0.2.0.dev0"
__all__ = ["Diagnostic", "Failure", "Project", "ProjectPlan", "ProjectRun", "aopen", "open"]

_PLACES = {
    "Diagnostic": ("ackplan.core.diagnostics", "Diagnostic"),
    "Failure": ("ackplan.core.diagnostics", "Failure"),
    "Project": ("ackplan.project.project", "Project"),
    "ProjectPlan": ("ackplan.project.outcome", "ProjectPlan"),
    "ProjectRun": ("ackplan.project.outcome", "ProjectRun"),
    "aopen": ("ackplan.project.project", "aopen"),
    "open": ("ackplan.project.project", "open_project"),
}


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    module, attribute = _PLACES[name]
    return getattr(importlib.import_module(module), attribute)
