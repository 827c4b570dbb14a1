from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
ENDING_FAILED: Ending
ENDING_FINISHED: Ending
ENDING_PREEMPTED: Ending
ENDING_UNSPECIFIED: Ending
REQUEST_KIND_CHECKPOINT: RequestKind
REQUEST_KIND_SCALE_LEARNING_RATE: RequestKind
REQUEST_KIND_STOP: RequestKind
REQUEST_KIND_UNSPECIFIED: RequestKind

class Acknowledgement(_message.Message):
    __slots__ = ["sequence"]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    def __init__(self, sequence: _Optional[int] = ...) -> None: ...

class Answer(_message.Message):
    __slots__ = ["message", "request", "result"]
    class Result(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = []
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    RESULT_DONE: Answer.Result
    RESULT_FIELD_NUMBER: _ClassVar[int]
    RESULT_REFUSED: Answer.Result
    RESULT_UNSPECIFIED: Answer.Result
    RESULT_UNSUPPORTED: Answer.Result
    message: str
    request: str
    result: Answer.Result
    def __init__(self, request: _Optional[str] = ..., result: _Optional[_Union[Answer.Result, str]] = ..., message: _Optional[str] = ...) -> None: ...

class Batch(_message.Message):
    __slots__ = ["dropped_steps", "sequence", "steps"]
    DROPPED_STEPS_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    dropped_steps: int
    sequence: int
    steps: _containers.RepeatedCompositeFieldContainer[Step]
    def __init__(self, sequence: _Optional[int] = ..., steps: _Optional[_Iterable[_Union[Step, _Mapping]]] = ..., dropped_steps: _Optional[int] = ...) -> None: ...

class ExporterMessage(_message.Message):
    __slots__ = ["acknowledgement", "finding", "refusal", "request", "welcome"]
    ACKNOWLEDGEMENT_FIELD_NUMBER: _ClassVar[int]
    FINDING_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    WELCOME_FIELD_NUMBER: _ClassVar[int]
    acknowledgement: Acknowledgement
    finding: Finding
    refusal: Refusal
    request: Request
    welcome: Welcome
    def __init__(self, welcome: _Optional[_Union[Welcome, _Mapping]] = ..., acknowledgement: _Optional[_Union[Acknowledgement, _Mapping]] = ..., refusal: _Optional[_Union[Refusal, _Mapping]] = ..., finding: _Optional[_Union[Finding, _Mapping]] = ..., request: _Optional[_Union[Request, _Mapping]] = ...) -> None: ...

class Finding(_message.Message):
    __slots__ = ["advice", "cause", "change", "consequence_of", "detected_step", "first_step", "id", "kind", "rank", "resolution", "score", "severity", "threshold"]
    class Change(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = []
    class Severity(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = []
    ADVICE_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    CHANGE_AMENDED: Finding.Change
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    CHANGE_OPENED: Finding.Change
    CHANGE_RESOLVED: Finding.Change
    CHANGE_UNSPECIFIED: Finding.Change
    CHANGE_WORSENED: Finding.Change
    CONSEQUENCE_OF_FIELD_NUMBER: _ClassVar[int]
    DETECTED_STEP_FIELD_NUMBER: _ClassVar[int]
    FIRST_STEP_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    RANK_FIELD_NUMBER: _ClassVar[int]
    RESOLUTION_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_CRITICAL: Finding.Severity
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_INFO: Finding.Severity
    SEVERITY_UNSPECIFIED: Finding.Severity
    SEVERITY_WARNING: Finding.Severity
    THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    advice: str
    cause: str
    change: Finding.Change
    consequence_of: str
    detected_step: int
    first_step: int
    id: str
    kind: str
    rank: int
    resolution: str
    score: float
    severity: Finding.Severity
    threshold: float
    def __init__(self, id: _Optional[str] = ..., change: _Optional[_Union[Finding.Change, str]] = ..., kind: _Optional[str] = ..., severity: _Optional[_Union[Finding.Severity, str]] = ..., rank: _Optional[int] = ..., first_step: _Optional[int] = ..., detected_step: _Optional[int] = ..., score: _Optional[float] = ..., threshold: _Optional[float] = ..., cause: _Optional[str] = ..., advice: _Optional[str] = ..., resolution: _Optional[str] = ..., consequence_of: _Optional[str] = ...) -> None: ...

class Goodbye(_message.Message):
    __slots__ = ["ending", "reason"]
    ENDING_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ending: Ending
    reason: str
    def __init__(self, ending: _Optional[_Union[Ending, str]] = ..., reason: _Optional[str] = ...) -> None: ...

class Hello(_message.Message):
    __slots__ = ["attempt", "boot_id", "client", "framework", "gpu_uuid", "local_rank", "model", "node", "pid", "rank", "run", "session", "start_ticks", "supports", "world_size"]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    BOOT_ID_FIELD_NUMBER: _ClassVar[int]
    CLIENT_FIELD_NUMBER: _ClassVar[int]
    FRAMEWORK_FIELD_NUMBER: _ClassVar[int]
    GPU_UUID_FIELD_NUMBER: _ClassVar[int]
    LOCAL_RANK_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    NODE_FIELD_NUMBER: _ClassVar[int]
    PID_FIELD_NUMBER: _ClassVar[int]
    RANK_FIELD_NUMBER: _ClassVar[int]
    RUN_FIELD_NUMBER: _ClassVar[int]
    SESSION_FIELD_NUMBER: _ClassVar[int]
    START_TICKS_FIELD_NUMBER: _ClassVar[int]
    SUPPORTS_FIELD_NUMBER: _ClassVar[int]
    WORLD_SIZE_FIELD_NUMBER: _ClassVar[int]
    attempt: int
    boot_id: str
    client: str
    framework: str
    gpu_uuid: str
    local_rank: int
    model: str
    node: str
    pid: int
    rank: int
    run: str
    session: str
    start_ticks: int
    supports: _containers.RepeatedScalarFieldContainer[RequestKind]
    world_size: int
    def __init__(self, run: _Optional[str] = ..., rank: _Optional[int] = ..., world_size: _Optional[int] = ..., local_rank: _Optional[int] = ..., attempt: _Optional[int] = ..., session: _Optional[str] = ..., node: _Optional[str] = ..., gpu_uuid: _Optional[str] = ..., pid: _Optional[int] = ..., framework: _Optional[str] = ..., model: _Optional[str] = ..., client: _Optional[str] = ..., supports: _Optional[_Iterable[_Union[RequestKind, str]]] = ..., boot_id: _Optional[str] = ..., start_ticks: _Optional[int] = ...) -> None: ...

class Refusal(_message.Message):
    __slots__ = ["message", "reason", "sequence"]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    message: str
    reason: str
    sequence: int
    def __init__(self, sequence: _Optional[int] = ..., reason: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class Request(_message.Message):
    __slots__ = ["factor", "id", "kind"]
    FACTOR_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    factor: float
    id: str
    kind: RequestKind
    def __init__(self, id: _Optional[str] = ..., kind: _Optional[_Union[RequestKind, str]] = ..., factor: _Optional[float] = ...) -> None: ...

class SingleReport(_message.Message):
    __slots__ = ["batch", "goodbye", "hello"]
    BATCH_FIELD_NUMBER: _ClassVar[int]
    GOODBYE_FIELD_NUMBER: _ClassVar[int]
    HELLO_FIELD_NUMBER: _ClassVar[int]
    batch: Batch
    goodbye: Goodbye
    hello: Hello
    def __init__(self, hello: _Optional[_Union[Hello, _Mapping]] = ..., batch: _Optional[_Union[Batch, _Mapping]] = ..., goodbye: _Optional[_Union[Goodbye, _Mapping]] = ...) -> None: ...

class SingleReportAnswer(_message.Message):
    __slots__ = ["acknowledgement", "refusals", "welcome"]
    ACKNOWLEDGEMENT_FIELD_NUMBER: _ClassVar[int]
    REFUSALS_FIELD_NUMBER: _ClassVar[int]
    WELCOME_FIELD_NUMBER: _ClassVar[int]
    acknowledgement: Acknowledgement
    refusals: _containers.RepeatedCompositeFieldContainer[Refusal]
    welcome: Welcome
    def __init__(self, welcome: _Optional[_Union[Welcome, _Mapping]] = ..., acknowledgement: _Optional[_Union[Acknowledgement, _Mapping]] = ..., refusals: _Optional[_Iterable[_Union[Refusal, _Mapping]]] = ...) -> None: ...

class Step(_message.Message):
    __slots__ = ["allocation_retries", "backward_seconds", "batch_size", "checkpoint_seconds", "collective_wait_seconds", "data_wait_seconds", "epoch", "evaluated_training_loss", "evaluation_seconds", "floating_point_operations", "forward_seconds", "gradient_change_norm", "gradient_norm", "host_to_device_seconds", "learning_rate", "loss", "loss_scale", "memory_allocated_bytes", "memory_peak_bytes", "memory_reserved_bytes", "mfu_ratio", "optimizer_seconds", "out_of_memory_errors", "parameter_norm", "process_memory_bytes", "samples", "skipped", "step", "step_seconds", "tokens", "unix_nanos", "update_ratio", "validation_loss"]
    ALLOCATION_RETRIES_FIELD_NUMBER: _ClassVar[int]
    BACKWARD_SECONDS_FIELD_NUMBER: _ClassVar[int]
    BATCH_SIZE_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    COLLECTIVE_WAIT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    DATA_WAIT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    EVALUATED_TRAINING_LOSS_FIELD_NUMBER: _ClassVar[int]
    EVALUATION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    FLOATING_POINT_OPERATIONS_FIELD_NUMBER: _ClassVar[int]
    FORWARD_SECONDS_FIELD_NUMBER: _ClassVar[int]
    GRADIENT_CHANGE_NORM_FIELD_NUMBER: _ClassVar[int]
    GRADIENT_NORM_FIELD_NUMBER: _ClassVar[int]
    HOST_TO_DEVICE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    LEARNING_RATE_FIELD_NUMBER: _ClassVar[int]
    LOSS_FIELD_NUMBER: _ClassVar[int]
    LOSS_SCALE_FIELD_NUMBER: _ClassVar[int]
    MEMORY_ALLOCATED_BYTES_FIELD_NUMBER: _ClassVar[int]
    MEMORY_PEAK_BYTES_FIELD_NUMBER: _ClassVar[int]
    MEMORY_RESERVED_BYTES_FIELD_NUMBER: _ClassVar[int]
    MFU_RATIO_FIELD_NUMBER: _ClassVar[int]
    OPTIMIZER_SECONDS_FIELD_NUMBER: _ClassVar[int]
    OUT_OF_MEMORY_ERRORS_FIELD_NUMBER: _ClassVar[int]
    PARAMETER_NORM_FIELD_NUMBER: _ClassVar[int]
    PROCESS_MEMORY_BYTES_FIELD_NUMBER: _ClassVar[int]
    SAMPLES_FIELD_NUMBER: _ClassVar[int]
    SKIPPED_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    STEP_SECONDS_FIELD_NUMBER: _ClassVar[int]
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    UNIX_NANOS_FIELD_NUMBER: _ClassVar[int]
    UPDATE_RATIO_FIELD_NUMBER: _ClassVar[int]
    VALIDATION_LOSS_FIELD_NUMBER: _ClassVar[int]
    allocation_retries: int
    backward_seconds: float
    batch_size: int
    checkpoint_seconds: float
    collective_wait_seconds: float
    data_wait_seconds: float
    epoch: float
    evaluated_training_loss: float
    evaluation_seconds: float
    floating_point_operations: float
    forward_seconds: float
    gradient_change_norm: float
    gradient_norm: float
    host_to_device_seconds: float
    learning_rate: float
    loss: float
    loss_scale: float
    memory_allocated_bytes: int
    memory_peak_bytes: int
    memory_reserved_bytes: int
    mfu_ratio: float
    optimizer_seconds: float
    out_of_memory_errors: int
    parameter_norm: float
    process_memory_bytes: int
    samples: int
    skipped: bool
    step: int
    step_seconds: float
    tokens: int
    unix_nanos: int
    update_ratio: float
    validation_loss: float
    def __init__(self, step: _Optional[int] = ..., unix_nanos: _Optional[int] = ..., epoch: _Optional[float] = ..., loss: _Optional[float] = ..., validation_loss: _Optional[float] = ..., gradient_norm: _Optional[float] = ..., gradient_change_norm: _Optional[float] = ..., parameter_norm: _Optional[float] = ..., learning_rate: _Optional[float] = ..., loss_scale: _Optional[float] = ..., skipped: bool = ..., step_seconds: _Optional[float] = ..., data_wait_seconds: _Optional[float] = ..., collective_wait_seconds: _Optional[float] = ..., samples: _Optional[int] = ..., tokens: _Optional[int] = ..., update_ratio: _Optional[float] = ..., batch_size: _Optional[int] = ..., floating_point_operations: _Optional[float] = ..., mfu_ratio: _Optional[float] = ..., host_to_device_seconds: _Optional[float] = ..., forward_seconds: _Optional[float] = ..., backward_seconds: _Optional[float] = ..., optimizer_seconds: _Optional[float] = ..., checkpoint_seconds: _Optional[float] = ..., evaluation_seconds: _Optional[float] = ..., memory_allocated_bytes: _Optional[int] = ..., memory_reserved_bytes: _Optional[int] = ..., memory_peak_bytes: _Optional[int] = ..., allocation_retries: _Optional[int] = ..., out_of_memory_errors: _Optional[int] = ..., process_memory_bytes: _Optional[int] = ..., evaluated_training_loss: _Optional[float] = ...) -> None: ...

class Welcome(_message.Message):
    __slots__ = ["exporter", "max_message_bytes", "node", "resume_from"]
    EXPORTER_FIELD_NUMBER: _ClassVar[int]
    MAX_MESSAGE_BYTES_FIELD_NUMBER: _ClassVar[int]
    NODE_FIELD_NUMBER: _ClassVar[int]
    RESUME_FROM_FIELD_NUMBER: _ClassVar[int]
    exporter: str
    max_message_bytes: int
    node: str
    resume_from: int
    def __init__(self, resume_from: _Optional[int] = ..., max_message_bytes: _Optional[int] = ..., exporter: _Optional[str] = ..., node: _Optional[str] = ...) -> None: ...

class WorkerMessage(_message.Message):
    __slots__ = ["answer", "batch", "goodbye", "hello"]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    BATCH_FIELD_NUMBER: _ClassVar[int]
    GOODBYE_FIELD_NUMBER: _ClassVar[int]
    HELLO_FIELD_NUMBER: _ClassVar[int]
    answer: Answer
    batch: Batch
    goodbye: Goodbye
    hello: Hello
    def __init__(self, hello: _Optional[_Union[Hello, _Mapping]] = ..., batch: _Optional[_Union[Batch, _Mapping]] = ..., goodbye: _Optional[_Union[Goodbye, _Mapping]] = ..., answer: _Optional[_Union[Answer, _Mapping]] = ...) -> None: ...

class Ending(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class RequestKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
