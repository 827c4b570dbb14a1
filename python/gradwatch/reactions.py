"""What a training does by itself about a finding. Off unless a script asks for it."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Union

from gradwatch.finding import Finding

logger = logging.getLogger("gradwatch")

LOG = "log"
ACTIONS = (LOG, "checkpoint", "skip", "lower_learning_rate", "stop")
MAX_WAITING = 64

Wanted = Union[str, Iterable[str]]


class Reactions:
    """An `on_finding` that acts between two steps.

        gradwatch.init(
            "my-run",
            on_finding=gradwatch.Reactions(
                {"warning": "log", "gradient_explosion": ("checkpoint", "stop")}, checkpoint=save, stop=sys.exit
            ),
        )

    `rules` say by kind of finding, else by severity, else by "*", what is done when one opens or worsens: "log",
    "checkpoint", "skip", "lower_learning_rate" and "stop", in the order given. "log" is done at once and is there; each
    of the others is a function of the script without arguments, called in the training's thread inside of log() or
    before the next batch of a watched loader. One that raises an Exception is logged, and training goes on.

    Ranks hear of a finding at different steps. What must happen on all of them in one step is to be agreed on first,
    for example by an all-reduce of a flag that the function sets.

    Raises ValueError for an action that is not known, or that no function is given for.
    """

    def __init__(self, rules: Mapping[str, Wanted], **functions: Callable[[], Any]) -> None:
        self._rules = {
            about: (wanted,) if isinstance(wanted, str) else tuple(wanted) for about, wanted in rules.items()
        }
        self._functions = functions
        for action in [*functions, *(action for wanted in self._rules.values() for action in wanted)]:
            if action not in ACTIONS:
                raise ValueError(f"{action!r} is no reaction to a finding; there are {', '.join(ACTIONS)}")
            if action != LOG and action not in functions:
                raise ValueError(f"the reaction {action!r} needs a function: Reactions(rules, {action}=function)")
        self._waiting: deque[tuple[Finding, str]] = deque(maxlen=MAX_WAITING)

    def __call__(self, finding: Finding) -> None:
        """In the client's thread, as soon as the finding comes."""
        if finding.change not in ("opened", "worsened"):
            return
        for action in self._wanted(finding):
            if action == LOG:
                logger.warning("%s (%s): %s %s", finding.kind, finding.severity, finding.cause, finding.advice or "")
            else:
                self._waiting.append((finding, action))

    def act(self) -> None:
        """In the training's thread, between two steps."""
        while self._waiting:
            finding, action = self._waiting.popleft()
            logger.warning("%s because of %s %s", action, finding.kind, finding.id)
            try:
                self._functions[action]()
            except Exception:
                logger.exception("%s failed; training goes on", action)

    def _wanted(self, finding: Finding) -> tuple[str, ...]:
        about = next((name for name in (finding.kind, finding.severity, "*") if name in self._rules), None)
        return () if about is None else self._rules[about]
