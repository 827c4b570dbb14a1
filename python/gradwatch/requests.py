"""Requests of a person to the training, and their answers."""

from __future__ import annotations

import logging
import math
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, cast

from gradwatch.v1.telemetry_pb2 import Answer, Request, RequestKind

logger = logging.getLogger("gradwatch")

_PREFIX = "REQUEST_KIND_"
# The proto's kinds as a script names them: "checkpoint", "stop", "scale_learning_rate", "log_layers".
KINDS = cast(
    "Mapping[str, RequestKind]",
    {name[len(_PREFIX) :].lower(): number for name, number in RequestKind.items() if number != 0},
)

# Answers kept in case the exporter asks again after a broken connection, and requests waiting for the next log().
MAX_REMEMBERED = 64


class RequestDesk:
    """Takes requests from the client's thread, has them done in the training's thread, hands the answers back."""

    def __init__(self, handlers: Mapping[str, Callable[..., Any]], send: Callable[[Answer], None]) -> None:
        """Raises ValueError for a kind that the protocol does not have."""
        for kind in handlers:
            if kind not in KINDS:
                raise ValueError(f"on_request: {kind!r} is no kind of request; there are {', '.join(sorted(KINDS))}")
        self._handlers = {KINDS[kind]: handler for kind, handler in handlers.items()}
        self._send = send
        self._waiting: deque[Request] = deque()
        # By request id; None while the request waits.
        self._answers: dict[str, Answer | None] = {}

    @property
    def supports(self) -> list[RequestKind]:
        """What the script has switched on."""
        return sorted(self._handlers)

    @property
    def busy(self) -> bool:
        """Whether a request waits for `serve`."""
        return bool(self._waiting)

    def receive(self, request: Request) -> None:
        """In the client's thread. A request that was answered before is not done again."""
        if request.id in self._answers:
            known = self._answers[request.id]
            if known is not None:
                self._send(known)
            return
        if len(self._answers) >= MAX_REMEMBERED:
            del self._answers[next(iter(self._answers))]
        if request.kind not in self._handlers:
            self._answer(request, Answer.RESULT_UNSUPPORTED, "the script has not switched this kind of request on")
        elif len(self._waiting) >= MAX_REMEMBERED:
            self._answer(
                request, Answer.RESULT_REFUSED, f"{MAX_REMEMBERED} requests wait already; try again after the next step"
            )
        else:
            self._answers[request.id] = None
            self._waiting.append(request)

    def serve(self) -> None:
        """In the training's thread, between two steps. A handler that raises an Exception refuses; one that raises
        SystemExit has done what it was asked for, and ends the process."""
        while self._waiting:
            request = self._waiting.popleft()
            try:
                self._handle(request)
            except Exception as error:
                logger.info("request %s refused: %r", request.id, error)
                self._answer(request, Answer.RESULT_REFUSED, str(error) or type(error).__name__)
            except SystemExit:
                self._answer(request, Answer.RESULT_DONE)
                raise
            else:
                self._answer(request, Answer.RESULT_DONE)

    def _handle(self, request: Request) -> None:
        handler = self._handlers[request.kind]
        if request.kind == KINDS["log_layers"]:
            if not 1 <= request.steps <= 1000:
                raise ValueError(f"the number of steps {request.steps} is not between 1 and 1000")
            handler(request.steps)
            return
        if request.kind != KINDS["scale_learning_rate"]:
            handler()
            return
        if not (math.isfinite(request.factor) and request.factor > 0):
            raise ValueError(f"the factor {request.factor} is not a finite number above 0")
        handler(request.factor)

    def _answer(self, request: Request, result: Answer.Result, message: str | None = None) -> None:
        answer = Answer(request=request.id, result=result, message=message)
        self._answers[request.id] = answer
        self._send(answer)
