"""What is known of one optimiser step while it goes on."""

from __future__ import annotations

from typing import Any

from gradwatch.torch.late import Part

HOST_TO_DEVICE = "host_to_device_seconds"
FORWARD, BACKWARD, OPTIMIZER = "forward_seconds", "backward_seconds", "optimizer_seconds"
WAIT = "collective_wait_seconds"


# Time between two marks of a clock: phase, begin, end, whether it was a wait. It counts for its phase, and as a wait
# against it. A plain tuple: several are made at each step.
Span = tuple[str, Any, Any, bool]


class Interval:
    """The time from the end of one step to the end of the next."""

    def __init__(self, begun: float) -> None:
        # Seconds of a monotonic clock of the host.
        self.begun = begun
        self.ended = begun
        self.ended_unix_nanos = 0
        # Time in it that belongs to no step: evaluations and checkpoints.
        self.paused = 0.0
        self.number: int | None = None
        # Whether the script gave it that number.
        self.named = False
        self.spans: list[Span] = []
        self.data_wait: float | None = None
        self.samples = 0
        # Keys of the optimisers that made a step in it.
        self.optimizers: set[int] = set()
        # The loss of each of its backward passes.
        self.losses: list[Part] = []
        # How many of these a zero_grad() came after.
        self.zeroed_losses = 0
        # Whether they can be different losses, and not one of several batches.
        self.several_losses = False
        # What is known already, by field, and what is read later: the parts of each number.
        self.values: dict[str, Any] = {}
        self.late: dict[str, list[Part]] = {}
        # Fields of which a part was not measured: without it there is no number.
        self.unknown: set[str] = set()
        # Fields that the script has told. What is measured does not take their place.
        self.told: set[str] = set()

    @property
    def seconds(self) -> float:
        return self.ended - self.begun - self.paused

    def measured(self, field: str, value: Any) -> None:
        if field not in self.told:
            self.values[field] = value

    def measured_late(self, field: str, parts: list[Part]) -> None:
        if field not in self.told:
            self.late[field] = parts

    def zeroed(self) -> None:
        """Some gradients are thrown away. Which losses they are of is known by what follows."""
        self.zeroed_losses = len(self.losses)

    def throw_zeroed_away(self) -> None:
        """No step will follow the losses after which gradients were zeroed."""
        del self.losses[: self.zeroed_losses]
        self.zeroed_losses = 0

    def forget_unknown(self) -> None:
        for field in self.unknown - self.told:
            self.late.pop(field, None)

    def hand_over(self) -> Interval:
        """What the script has told of this step, which then is one that it said nothing of."""
        told = Interval(self.begun)
        told.number, told.values, told.late = self.number, self.values, self.late
        self.number, self.named, self.values, self.late, self.told = None, False, {}, {}, set()
        return told

    def absorb(self, later: Interval) -> None:
        """Takes in what another optimiser did for the same batch."""
        if later.number is not None:
            self.number, self.named = later.number, later.named
        self.ended = later.ended
        self.ended_unix_nanos = later.ended_unix_nanos
        self.paused += later.paused
        self.spans += later.spans
        self.samples += later.samples
        if later.data_wait is not None:
            self.data_wait = (self.data_wait or 0.0) + later.data_wait
        self.optimizers |= later.optimizers
        self.losses += later.losses
        self.several_losses = self.several_losses or later.several_losses
        for field in later.told:
            self.late.pop(field, None)
        told = self.told - later.told
        self.values.update({field: value for field, value in later.values.items() if field not in told})
        for field, parts in later.late.items():
            if field not in told:
                self.late[field] = self.late.get(field, []) + parts
        self.told |= later.told
        self.unknown |= later.unknown
