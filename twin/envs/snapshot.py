"""What slots of a batch stood at, and of which environment they are: nothing else is put back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from twin.basics.errors import TwinError
from twin.envs.window import Window
from twin.physics.layout import Float, Int
from twin.scenario.learning import TaskSpec
from twin.scenario.record import listing


def parts(snapshot: object) -> tuple[Snapshot, Any, Any]:
    """What an environment's snapshot is made of; raises TwinError where it is none."""
    match snapshot:
        case (Snapshot() as kept, ready, seeded):
            return kept, ready, seeded
    raise TwinError("this is no snapshot", key="snapshot", value=type(snapshot).__name__,
                    allowed="what snapshot() of an equal environment returned")  # fmt: skip


@dataclass(frozen=True, repr=False)
class Snapshot:
    """All that the future of a batch depends on; its window and the traces in it are shared.

    Attributes
    ----------
    window, spec
        Whose it is: a scenario between two dates, and a task.
    buffer, past
        State of the simulator, and past values that observations show.
    seeds, base, episode
        Of every slot: the building's seed, the environment's own seed and the number of its episode.
    strayed
        Where slots have another future than their seed's: what comes, by slot.
    """

    window: Window
    spec: TaskSpec
    buffer: Float
    past: Float
    seeds: Int
    base: Int
    episode: Int
    strayed: dict[str, Any] | None = field(default=None, kw_only=True)

    def __repr__(self) -> str:
        name, start = self.window.scenario.name, self.window.scenario.run.start
        seeds = listing(map(str, self.seeds.tolist()), 4)
        return f"<{type(self).__name__} of {name} from {start}, seeds {seeds}>"

    def check(self, window: Window, spec: TaskSpec, count: int) -> None:
        """Raise TwinError where it is of another scenario (start and weather apart), task or count."""
        name = window.scenario.name
        if len(self.seeds) != count:
            found, wanted = f"{len(self.seeds)} slots", f"one of {count} slots"
        elif self.window is not window and self.window.design != window.design:
            found = f"scenario {self.window.scenario.name}"
            wanted = f"one of {name}, equal to the one here in all but start and weather"
        elif self.spec is not spec and self.spec != spec:
            found, wanted = "another task", "one of the same task"
        else:
            return
        raise TwinError(
            "this snapshot is of another environment", key="snapshot", value=found, allowed=wanted
        )


@dataclass(frozen=True, repr=False)
class FleetSnapshot(Snapshot):
    """A snapshot of every group with the slots that it holds; the fields of Snapshot are all slots'."""

    groups: tuple[tuple[Int, Snapshot], ...] = ()

    def check(self, window: Window, spec: TaskSpec, count: int) -> None:
        """See Snapshot.check; every group is of the same scenario and task."""
        super().check(window, spec, count)
        for own, kept in self.groups:
            kept.check(window, spec, len(own))
