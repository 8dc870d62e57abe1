"""All that use cases need of the world, as one value. Who wires adapters makes it; tests bring their own."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from ackplan.app.observe import Observer
from ackplan.core.provenance import Provenance
from ackplan.execute.limits import USUAL, Limits
from ackplan.execute.ports import Api, Clock, SecretSource
from ackplan.execute.presence import REAL, Patience
from ackplan.resources.types import BUILT_IN, ResourceTypes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractAsyncContextManager
    from typing import Any

    from ackplan.app.policies import Judges
    from ackplan.app.workspace import Workspace
    from ackplan.app.worlds import Here
    from ackplan.spec import Inputs


class RunApi(Api, Protocol):
    """An API with a region of its own, which can be told to send no new changing call."""

    @property
    def region(self) -> str: ...

    def stop(self) -> None: ...


class ApiOpener(Protocol):
    """Opens the API for as long as a block lasts, with the world that it speaks to.

    `offline`: nobody is to be asked, and the API is not to be used.
    """

    def __call__(self, *, offline: bool = False) -> AbstractAsyncContextManager[tuple[RunApi, Here]]: ...


class SecretVault(SecretSource, Protocol):
    """Says of a reference to a secret why it can't be there, and why it can't be used; nothing where it can."""

    def missing(self, reference: Mapping[str, Any]) -> str: ...

    def fault(self, reference: Mapping[str, Any]) -> str: ...


@dataclass(frozen=True, slots=True)
class Host:
    """`inputs` say where the spec is. `new_run` gives the id of a run. `judges` is asked where a policy is named.

    `provenance` is that of the plans that are made with it.
    """

    inputs: Inputs
    workspace: Workspace
    open_api: ApiOpener
    clock: Clock
    secrets: SecretVault
    judges: Callable[[], Judges]
    new_run: Callable[[], str]
    patience: Patience = REAL
    limits: Limits = field(default=USUAL)
    types: ResourceTypes = field(default=BUILT_IN)
    provenance: Provenance = field(default=Provenance())

    def observer(self, api: Api, here: Here, *, allow_vanished: bool = False, checks: bool = False) -> Observer:
        """Who looks at what is live. `checks`: the clusters that are upgraded are checked anew."""
        observer = Observer(api, self.clock, self.patience, here, allow_vanished, self.types)
        if not checks:
            return observer
        from ackplan.app.checker import Checker

        return replace(observer, checker=Checker(api, self.clock))
