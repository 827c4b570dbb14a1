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
NORM_SCOPE_GLOBAL: NormScope
NORM_SCOPE_SHARD: NormScope
NORM_SCOPE_UNSPECIFIED: NormScope
PHASE_CHECKPOINT: Phase
PHASE_EVALUATION: Phase
PHASE_IDLE: Phase
PHASE_INIT: Phase
PHASE_TRAIN: Phase
PHASE_UNSPECIFIED: Phase
REQUEST_KIND_CHECKPOINT: RequestKind
REQUEST_KIND_LOG_LAYERS: RequestKind
REQUEST_KIND_SCALE_LEARNING_RATE: RequestKind
REQUEST_KIND_STOP: RequestKind
REQUEST_KIND_UNSPECIFIED: RequestKind
ROLE_INFERENCE: Role
ROLE_TRAINING: Role
ROLE_UNSPECIFIED: Role

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
    __slots__ = ["dropped_steps", "evaluations", "events", "layer_reports", "sequence", "serving_reports", "steps", "tensor_reports"]
    DROPPED_STEPS_FIELD_NUMBER: _ClassVar[int]
    EVALUATIONS_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    LAYER_REPORTS_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    SERVING_REPORTS_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    TENSOR_REPORTS_FIELD_NUMBER: _ClassVar[int]
    dropped_steps: int
    evaluations: _containers.RepeatedCompositeFieldContainer[Evaluation]
    events: _containers.RepeatedCompositeFieldContainer[Event]
    layer_reports: _containers.RepeatedCompositeFieldContainer[LayerReport]
    sequence: int
    serving_reports: _containers.RepeatedCompositeFieldContainer[ServingReport]
    steps: _containers.RepeatedCompositeFieldContainer[Step]
    tensor_reports: _containers.RepeatedCompositeFieldContainer[TensorReport]
    def __init__(self, sequence: _Optional[int] = ..., steps: _Optional[_Iterable[_Union[Step, _Mapping]]] = ..., dropped_steps: _Optional[int] = ..., evaluations: _Optional[_Iterable[_Union[Evaluation, _Mapping]]] = ..., layer_reports: _Optional[_Iterable[_Union[LayerReport, _Mapping]]] = ..., tensor_reports: _Optional[_Iterable[_Union[TensorReport, _Mapping]]] = ..., events: _Optional[_Iterable[_Union[Event, _Mapping]]] = ..., serving_reports: _Optional[_Iterable[_Union[ServingReport, _Mapping]]] = ...) -> None: ...

class Coordinate(_message.Message):
    __slots__ = ["index", "size"]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    index: int
    size: int
    def __init__(self, index: _Optional[int] = ..., size: _Optional[int] = ...) -> None: ...

class Distribution(_message.Message):
    __slots__ = ["classes", "counts", "edges"]
    CLASSES_FIELD_NUMBER: _ClassVar[int]
    COUNTS_FIELD_NUMBER: _ClassVar[int]
    EDGES_FIELD_NUMBER: _ClassVar[int]
    classes: _containers.RepeatedScalarFieldContainer[str]
    counts: _containers.RepeatedScalarFieldContainer[int]
    edges: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, edges: _Optional[_Iterable[float]] = ..., classes: _Optional[_Iterable[str]] = ..., counts: _Optional[_Iterable[int]] = ...) -> None: ...

class Evaluation(_message.Message):
    __slots__ = ["dataset", "failures", "slices", "step", "unix_nanos"]
    DATASET_FIELD_NUMBER: _ClassVar[int]
    FAILURES_FIELD_NUMBER: _ClassVar[int]
    SLICES_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    UNIX_NANOS_FIELD_NUMBER: _ClassVar[int]
    dataset: str
    failures: _containers.RepeatedCompositeFieldContainer[ThresholdFailure]
    slices: _containers.RepeatedCompositeFieldContainer[EvaluationSlice]
    step: int
    unix_nanos: int
    def __init__(self, step: _Optional[int] = ..., unix_nanos: _Optional[int] = ..., dataset: _Optional[str] = ..., slices: _Optional[_Iterable[_Union[EvaluationSlice, _Mapping]]] = ..., failures: _Optional[_Iterable[_Union[ThresholdFailure, _Mapping]]] = ...) -> None: ...

class EvaluationSlice(_message.Message):
    __slots__ = ["metrics", "samples", "slice"]
    class MetricsEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    METRICS_FIELD_NUMBER: _ClassVar[int]
    SAMPLES_FIELD_NUMBER: _ClassVar[int]
    SLICE_FIELD_NUMBER: _ClassVar[int]
    metrics: _containers.ScalarMap[str, float]
    samples: int
    slice: str
    def __init__(self, slice: _Optional[str] = ..., samples: _Optional[int] = ..., metrics: _Optional[_Mapping[str, float]] = ...) -> None: ...

class Event(_message.Message):
    __slots__ = ["message", "step", "type", "unix_nanos", "value"]
    class Type(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = []
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    TYPE_CHECKPOINT: Event.Type
    TYPE_COLLECTIVE_TIMEOUT: Event.Type
    TYPE_CUSTOM: Event.Type
    TYPE_DATA_SKIP: Event.Type
    TYPE_EXCEPTION: Event.Type
    TYPE_FIELD_NUMBER: _ClassVar[int]
    TYPE_LEARNING_RATE_CHANGE: Event.Type
    TYPE_OUT_OF_MEMORY: Event.Type
    TYPE_RESTART: Event.Type
    TYPE_ROLLBACK: Event.Type
    TYPE_UNSPECIFIED: Event.Type
    UNIX_NANOS_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    message: str
    step: int
    type: Event.Type
    unix_nanos: int
    value: float
    def __init__(self, type: _Optional[_Union[Event.Type, str]] = ..., step: _Optional[int] = ..., unix_nanos: _Optional[int] = ..., message: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...

class ExporterMessage(_message.Message):
    __slots__ = ["acknowledgement", "finding", "limits", "refusal", "request", "welcome"]
    ACKNOWLEDGEMENT_FIELD_NUMBER: _ClassVar[int]
    FINDING_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    WELCOME_FIELD_NUMBER: _ClassVar[int]
    acknowledgement: Acknowledgement
    finding: Finding
    limits: Limits
    refusal: Refusal
    request: Request
    welcome: Welcome
    def __init__(self, welcome: _Optional[_Union[Welcome, _Mapping]] = ..., acknowledgement: _Optional[_Union[Acknowledgement, _Mapping]] = ..., refusal: _Optional[_Union[Refusal, _Mapping]] = ..., finding: _Optional[_Union[Finding, _Mapping]] = ..., request: _Optional[_Union[Request, _Mapping]] = ..., limits: _Optional[_Union[Limits, _Mapping]] = ...) -> None: ...

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
    __slots__ = ["attempt", "boot_id", "client", "framework", "gpu_uuid", "job", "labels", "local_rank", "model", "node", "parallel", "pid", "pid_namespace", "pod", "pod_namespace", "protocol_minor", "rank", "role", "run", "session", "start_ticks", "supports", "world_size"]
    class LabelsEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    BOOT_ID_FIELD_NUMBER: _ClassVar[int]
    CLIENT_FIELD_NUMBER: _ClassVar[int]
    FRAMEWORK_FIELD_NUMBER: _ClassVar[int]
    GPU_UUID_FIELD_NUMBER: _ClassVar[int]
    JOB_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    LOCAL_RANK_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    NODE_FIELD_NUMBER: _ClassVar[int]
    PARALLEL_FIELD_NUMBER: _ClassVar[int]
    PID_FIELD_NUMBER: _ClassVar[int]
    PID_NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    POD_FIELD_NUMBER: _ClassVar[int]
    POD_NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_MINOR_FIELD_NUMBER: _ClassVar[int]
    RANK_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
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
    job: str
    labels: _containers.ScalarMap[str, str]
    local_rank: int
    model: str
    node: str
    parallel: Parallel
    pid: int
    pid_namespace: int
    pod: str
    pod_namespace: str
    protocol_minor: int
    rank: int
    role: Role
    run: str
    session: str
    start_ticks: int
    supports: _containers.RepeatedScalarFieldContainer[RequestKind]
    world_size: int
    def __init__(self, run: _Optional[str] = ..., rank: _Optional[int] = ..., world_size: _Optional[int] = ..., local_rank: _Optional[int] = ..., attempt: _Optional[int] = ..., session: _Optional[str] = ..., node: _Optional[str] = ..., gpu_uuid: _Optional[str] = ..., pid: _Optional[int] = ..., framework: _Optional[str] = ..., model: _Optional[str] = ..., client: _Optional[str] = ..., supports: _Optional[_Iterable[_Union[RequestKind, str]]] = ..., boot_id: _Optional[str] = ..., start_ticks: _Optional[int] = ..., pid_namespace: _Optional[int] = ..., protocol_minor: _Optional[int] = ..., job: _Optional[str] = ..., role: _Optional[_Union[Role, str]] = ..., parallel: _Optional[_Union[Parallel, _Mapping]] = ..., labels: _Optional[_Mapping[str, str]] = ..., pod: _Optional[str] = ..., pod_namespace: _Optional[str] = ...) -> None: ...

class LatencyHistogram(_message.Message):
    __slots__ = ["bounds", "counts", "sum"]
    BOUNDS_FIELD_NUMBER: _ClassVar[int]
    COUNTS_FIELD_NUMBER: _ClassVar[int]
    SUM_FIELD_NUMBER: _ClassVar[int]
    bounds: _containers.RepeatedScalarFieldContainer[float]
    counts: _containers.RepeatedScalarFieldContainer[int]
    sum: float
    def __init__(self, bounds: _Optional[_Iterable[float]] = ..., counts: _Optional[_Iterable[int]] = ..., sum: _Optional[float] = ...) -> None: ...

class Layer(_message.Message):
    __slots__ = ["activation_variance", "fraction_dead", "fraction_nonfinite", "fraction_saturated", "fraction_zero", "gradient_mean_abs", "gradient_norm", "name", "update_ratio", "weight_norm", "weight_variance"]
    ACTIVATION_VARIANCE_FIELD_NUMBER: _ClassVar[int]
    FRACTION_DEAD_FIELD_NUMBER: _ClassVar[int]
    FRACTION_NONFINITE_FIELD_NUMBER: _ClassVar[int]
    FRACTION_SATURATED_FIELD_NUMBER: _ClassVar[int]
    FRACTION_ZERO_FIELD_NUMBER: _ClassVar[int]
    GRADIENT_MEAN_ABS_FIELD_NUMBER: _ClassVar[int]
    GRADIENT_NORM_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_RATIO_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_NORM_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_VARIANCE_FIELD_NUMBER: _ClassVar[int]
    activation_variance: float
    fraction_dead: float
    fraction_nonfinite: float
    fraction_saturated: float
    fraction_zero: float
    gradient_mean_abs: float
    gradient_norm: float
    name: str
    update_ratio: float
    weight_norm: float
    weight_variance: float
    def __init__(self, name: _Optional[str] = ..., gradient_norm: _Optional[float] = ..., weight_norm: _Optional[float] = ..., update_ratio: _Optional[float] = ..., gradient_mean_abs: _Optional[float] = ..., weight_variance: _Optional[float] = ..., activation_variance: _Optional[float] = ..., fraction_zero: _Optional[float] = ..., fraction_dead: _Optional[float] = ..., fraction_saturated: _Optional[float] = ..., fraction_nonfinite: _Optional[float] = ...) -> None: ...

class LayerReport(_message.Message):
    __slots__ = ["layers", "step", "unix_nanos"]
    LAYERS_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    UNIX_NANOS_FIELD_NUMBER: _ClassVar[int]
    layers: _containers.RepeatedCompositeFieldContainer[Layer]
    step: int
    unix_nanos: int
    def __init__(self, step: _Optional[int] = ..., unix_nanos: _Optional[int] = ..., layers: _Optional[_Iterable[_Union[Layer, _Mapping]]] = ...) -> None: ...

class Limits(_message.Message):
    __slots__ = ["auxiliary_losses", "bins", "datasets", "events_per_minute", "extras", "labels", "layers", "message_bytes", "slice_metrics", "slices", "steps_per_second", "tensors"]
    AUXILIARY_LOSSES_FIELD_NUMBER: _ClassVar[int]
    BINS_FIELD_NUMBER: _ClassVar[int]
    DATASETS_FIELD_NUMBER: _ClassVar[int]
    EVENTS_PER_MINUTE_FIELD_NUMBER: _ClassVar[int]
    EXTRAS_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    LAYERS_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_BYTES_FIELD_NUMBER: _ClassVar[int]
    SLICES_FIELD_NUMBER: _ClassVar[int]
    SLICE_METRICS_FIELD_NUMBER: _ClassVar[int]
    STEPS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    TENSORS_FIELD_NUMBER: _ClassVar[int]
    auxiliary_losses: int
    bins: int
    datasets: int
    events_per_minute: int
    extras: int
    labels: int
    layers: int
    message_bytes: int
    slice_metrics: int
    slices: int
    steps_per_second: int
    tensors: int
    def __init__(self, message_bytes: _Optional[int] = ..., steps_per_second: _Optional[int] = ..., extras: _Optional[int] = ..., auxiliary_losses: _Optional[int] = ..., layers: _Optional[int] = ..., tensors: _Optional[int] = ..., bins: _Optional[int] = ..., datasets: _Optional[int] = ..., slices: _Optional[int] = ..., slice_metrics: _Optional[int] = ..., events_per_minute: _Optional[int] = ..., labels: _Optional[int] = ...) -> None: ...

class Parallel(_message.Message):
    __slots__ = ["context", "data", "expert", "pipeline", "tensor"]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    EXPERT_FIELD_NUMBER: _ClassVar[int]
    PIPELINE_FIELD_NUMBER: _ClassVar[int]
    TENSOR_FIELD_NUMBER: _ClassVar[int]
    context: Coordinate
    data: Coordinate
    expert: Coordinate
    pipeline: Coordinate
    tensor: Coordinate
    def __init__(self, data: _Optional[_Union[Coordinate, _Mapping]] = ..., tensor: _Optional[_Union[Coordinate, _Mapping]] = ..., pipeline: _Optional[_Union[Coordinate, _Mapping]] = ..., expert: _Optional[_Union[Coordinate, _Mapping]] = ..., context: _Optional[_Union[Coordinate, _Mapping]] = ...) -> None: ...

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
    __slots__ = ["factor", "id", "kind", "steps"]
    FACTOR_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    factor: float
    id: str
    kind: RequestKind
    steps: int
    def __init__(self, id: _Optional[str] = ..., kind: _Optional[_Union[RequestKind, str]] = ..., factor: _Optional[float] = ..., steps: _Optional[int] = ...) -> None: ...

class ServingReport(_message.Message):
    __slots__ = ["errors", "input_tokens", "latency", "output_tokens", "outputs", "requests", "unix_nanos"]
    ERRORS_FIELD_NUMBER: _ClassVar[int]
    INPUT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    LATENCY_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    UNIX_NANOS_FIELD_NUMBER: _ClassVar[int]
    errors: int
    input_tokens: int
    latency: LatencyHistogram
    output_tokens: int
    outputs: Distribution
    requests: int
    unix_nanos: int
    def __init__(self, unix_nanos: _Optional[int] = ..., requests: _Optional[int] = ..., errors: _Optional[int] = ..., latency: _Optional[_Union[LatencyHistogram, _Mapping]] = ..., input_tokens: _Optional[int] = ..., output_tokens: _Optional[int] = ..., outputs: _Optional[_Union[Distribution, _Mapping]] = ...) -> None: ...

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
    __slots__ = ["allocation_retries", "auxiliary_losses", "backward_seconds", "batch_size", "checkpoint_seconds", "collective_wait_seconds", "data_wait_seconds", "epoch", "evaluated_training_loss", "evaluation_seconds", "extras", "floating_point_operations", "forward_seconds", "gradient_change_norm", "gradient_clip_norm", "gradient_norm", "gradient_norm_scope", "host_to_device_seconds", "learning_rate", "loss", "loss_scale", "maximum_loss", "memory_allocated_bytes", "memory_peak_bytes", "memory_reserved_bytes", "mfu_ratio", "nonfinite_gradients", "optimizer_seconds", "out_of_memory_errors", "own_seconds", "parameter_norm", "phase", "process_memory_bytes", "samples", "skipped", "step", "step_seconds", "tokens", "unix_nanos", "update_ratio", "validation_loss", "zero_gradient_fraction"]
    class AuxiliaryLossesEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    class ExtrasEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    ALLOCATION_RETRIES_FIELD_NUMBER: _ClassVar[int]
    AUXILIARY_LOSSES_FIELD_NUMBER: _ClassVar[int]
    BACKWARD_SECONDS_FIELD_NUMBER: _ClassVar[int]
    BATCH_SIZE_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    COLLECTIVE_WAIT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    DATA_WAIT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    EVALUATED_TRAINING_LOSS_FIELD_NUMBER: _ClassVar[int]
    EVALUATION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    EXTRAS_FIELD_NUMBER: _ClassVar[int]
    FLOATING_POINT_OPERATIONS_FIELD_NUMBER: _ClassVar[int]
    FORWARD_SECONDS_FIELD_NUMBER: _ClassVar[int]
    GRADIENT_CHANGE_NORM_FIELD_NUMBER: _ClassVar[int]
    GRADIENT_CLIP_NORM_FIELD_NUMBER: _ClassVar[int]
    GRADIENT_NORM_FIELD_NUMBER: _ClassVar[int]
    GRADIENT_NORM_SCOPE_FIELD_NUMBER: _ClassVar[int]
    HOST_TO_DEVICE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    LEARNING_RATE_FIELD_NUMBER: _ClassVar[int]
    LOSS_FIELD_NUMBER: _ClassVar[int]
    LOSS_SCALE_FIELD_NUMBER: _ClassVar[int]
    MAXIMUM_LOSS_FIELD_NUMBER: _ClassVar[int]
    MEMORY_ALLOCATED_BYTES_FIELD_NUMBER: _ClassVar[int]
    MEMORY_PEAK_BYTES_FIELD_NUMBER: _ClassVar[int]
    MEMORY_RESERVED_BYTES_FIELD_NUMBER: _ClassVar[int]
    MFU_RATIO_FIELD_NUMBER: _ClassVar[int]
    NONFINITE_GRADIENTS_FIELD_NUMBER: _ClassVar[int]
    OPTIMIZER_SECONDS_FIELD_NUMBER: _ClassVar[int]
    OUT_OF_MEMORY_ERRORS_FIELD_NUMBER: _ClassVar[int]
    OWN_SECONDS_FIELD_NUMBER: _ClassVar[int]
    PARAMETER_NORM_FIELD_NUMBER: _ClassVar[int]
    PHASE_FIELD_NUMBER: _ClassVar[int]
    PROCESS_MEMORY_BYTES_FIELD_NUMBER: _ClassVar[int]
    SAMPLES_FIELD_NUMBER: _ClassVar[int]
    SKIPPED_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    STEP_SECONDS_FIELD_NUMBER: _ClassVar[int]
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    UNIX_NANOS_FIELD_NUMBER: _ClassVar[int]
    UPDATE_RATIO_FIELD_NUMBER: _ClassVar[int]
    VALIDATION_LOSS_FIELD_NUMBER: _ClassVar[int]
    ZERO_GRADIENT_FRACTION_FIELD_NUMBER: _ClassVar[int]
    allocation_retries: int
    auxiliary_losses: _containers.ScalarMap[str, float]
    backward_seconds: float
    batch_size: int
    checkpoint_seconds: float
    collective_wait_seconds: float
    data_wait_seconds: float
    epoch: float
    evaluated_training_loss: float
    evaluation_seconds: float
    extras: _containers.ScalarMap[str, float]
    floating_point_operations: float
    forward_seconds: float
    gradient_change_norm: float
    gradient_clip_norm: float
    gradient_norm: float
    gradient_norm_scope: NormScope
    host_to_device_seconds: float
    learning_rate: float
    loss: float
    loss_scale: float
    maximum_loss: float
    memory_allocated_bytes: int
    memory_peak_bytes: int
    memory_reserved_bytes: int
    mfu_ratio: float
    nonfinite_gradients: int
    optimizer_seconds: float
    out_of_memory_errors: int
    own_seconds: float
    parameter_norm: float
    phase: Phase
    process_memory_bytes: int
    samples: int
    skipped: bool
    step: int
    step_seconds: float
    tokens: int
    unix_nanos: int
    update_ratio: float
    validation_loss: float
    zero_gradient_fraction: float
    def __init__(self, step: _Optional[int] = ..., unix_nanos: _Optional[int] = ..., epoch: _Optional[float] = ..., loss: _Optional[float] = ..., validation_loss: _Optional[float] = ..., gradient_norm: _Optional[float] = ..., gradient_change_norm: _Optional[float] = ..., parameter_norm: _Optional[float] = ..., learning_rate: _Optional[float] = ..., loss_scale: _Optional[float] = ..., skipped: bool = ..., step_seconds: _Optional[float] = ..., data_wait_seconds: _Optional[float] = ..., collective_wait_seconds: _Optional[float] = ..., samples: _Optional[int] = ..., tokens: _Optional[int] = ..., update_ratio: _Optional[float] = ..., batch_size: _Optional[int] = ..., floating_point_operations: _Optional[float] = ..., mfu_ratio: _Optional[float] = ..., host_to_device_seconds: _Optional[float] = ..., forward_seconds: _Optional[float] = ..., backward_seconds: _Optional[float] = ..., optimizer_seconds: _Optional[float] = ..., checkpoint_seconds: _Optional[float] = ..., evaluation_seconds: _Optional[float] = ..., memory_allocated_bytes: _Optional[int] = ..., memory_reserved_bytes: _Optional[int] = ..., memory_peak_bytes: _Optional[int] = ..., allocation_retries: _Optional[int] = ..., out_of_memory_errors: _Optional[int] = ..., process_memory_bytes: _Optional[int] = ..., evaluated_training_loss: _Optional[float] = ..., phase: _Optional[_Union[Phase, str]] = ..., gradient_norm_scope: _Optional[_Union[NormScope, str]] = ..., gradient_clip_norm: _Optional[float] = ..., zero_gradient_fraction: _Optional[float] = ..., nonfinite_gradients: _Optional[int] = ..., maximum_loss: _Optional[float] = ..., own_seconds: _Optional[float] = ..., auxiliary_losses: _Optional[_Mapping[str, float]] = ..., extras: _Optional[_Mapping[str, float]] = ...) -> None: ...

class TensorReport(_message.Message):
    __slots__ = ["count", "distribution", "fraction_nonfinite", "kind", "mean", "name", "reference", "step", "unix_nanos", "variance"]
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = []
    COUNT_FIELD_NUMBER: _ClassVar[int]
    DISTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    FRACTION_NONFINITE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    KIND_INPUT: TensorReport.Kind
    KIND_OUTPUT: TensorReport.Kind
    KIND_UNSPECIFIED: TensorReport.Kind
    MEAN_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    UNIX_NANOS_FIELD_NUMBER: _ClassVar[int]
    VARIANCE_FIELD_NUMBER: _ClassVar[int]
    count: int
    distribution: Distribution
    fraction_nonfinite: float
    kind: TensorReport.Kind
    mean: float
    name: str
    reference: bool
    step: int
    unix_nanos: int
    variance: float
    def __init__(self, step: _Optional[int] = ..., unix_nanos: _Optional[int] = ..., name: _Optional[str] = ..., kind: _Optional[_Union[TensorReport.Kind, str]] = ..., count: _Optional[int] = ..., mean: _Optional[float] = ..., variance: _Optional[float] = ..., fraction_nonfinite: _Optional[float] = ..., distribution: _Optional[_Union[Distribution, _Mapping]] = ..., reference: bool = ...) -> None: ...

class ThresholdFailure(_message.Message):
    __slots__ = ["bound", "metric", "slice", "threshold", "value"]
    class Bound(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = []
    BOUND_ABSOLUTE_CHANGE: ThresholdFailure.Bound
    BOUND_FIELD_NUMBER: _ClassVar[int]
    BOUND_LOWER: ThresholdFailure.Bound
    BOUND_RELATIVE_CHANGE: ThresholdFailure.Bound
    BOUND_UNSPECIFIED: ThresholdFailure.Bound
    BOUND_UPPER: ThresholdFailure.Bound
    METRIC_FIELD_NUMBER: _ClassVar[int]
    SLICE_FIELD_NUMBER: _ClassVar[int]
    THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    bound: ThresholdFailure.Bound
    metric: str
    slice: str
    threshold: float
    value: float
    def __init__(self, metric: _Optional[str] = ..., slice: _Optional[str] = ..., bound: _Optional[_Union[ThresholdFailure.Bound, str]] = ..., value: _Optional[float] = ..., threshold: _Optional[float] = ...) -> None: ...

class Welcome(_message.Message):
    __slots__ = ["exporter", "limits", "max_message_bytes", "node", "protocol_minor", "resume_from"]
    EXPORTER_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    MAX_MESSAGE_BYTES_FIELD_NUMBER: _ClassVar[int]
    NODE_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_MINOR_FIELD_NUMBER: _ClassVar[int]
    RESUME_FROM_FIELD_NUMBER: _ClassVar[int]
    exporter: str
    limits: Limits
    max_message_bytes: int
    node: str
    protocol_minor: int
    resume_from: int
    def __init__(self, resume_from: _Optional[int] = ..., max_message_bytes: _Optional[int] = ..., exporter: _Optional[str] = ..., node: _Optional[str] = ..., limits: _Optional[_Union[Limits, _Mapping]] = ..., protocol_minor: _Optional[int] = ...) -> None: ...

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

class Role(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Phase(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class NormScope(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Ending(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class RequestKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
