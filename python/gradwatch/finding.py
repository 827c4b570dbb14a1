"""A finding of the exporter, as a script sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gradwatch.v1.telemetry_pb2 import Finding as FindingMessage


@dataclass(frozen=True)
class Finding:
    """Something that the exporter found out about this worker's run. None: not said."""

    id: str
    # "opened", "worsened", "amended" or "resolved".
    change: str
    # For example "gradient_explosion".
    kind: str
    # "info", "warning" or "critical".
    severity: str
    # The rank that it is about; None when it is about the whole run.
    rank: int | None
    first_step: int | None
    detected_step: int | None
    score: float | None
    threshold: float | None
    # One sentence each, for a person.
    cause: str | None
    advice: str | None
    # When resolved: "recovered", "run_ended" or "expired".
    resolution: str | None
    # The id of the finding that explains this one.
    consequence_of: str | None


def finding_of(message: FindingMessage) -> Finding:
    """The finding in a message of the exporter."""
    plain = {
        name: getattr(message, name) if message.HasField(name) else None
        for name in Finding.__dataclass_fields__
        if name not in ("id", "kind", "change", "severity")
    }
    return Finding(
        id=message.id,
        kind=message.kind,
        change=_word(FindingMessage.Change.Name, message.change),
        severity=_word(FindingMessage.Severity.Name, message.severity),
        **plain,
    )


def _word(name_of: Callable[[int], str], number: int) -> str:
    """CHANGE_OPENED is "opened". A number of a later protocol is "unknown"."""
    try:
        return name_of(number).split("_", 1)[1].lower()
    except ValueError:
        return "unknown"
