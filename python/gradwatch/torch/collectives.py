"""How long this rank waits for the others."""

from __future__ import annotations

from threading import get_ident
from typing import Any

import torch.distributed as dist
from torch.compiler import is_compiling

from gradwatch.torch.last_ready import LastReady
from gradwatch.torch.patches import Patches
from gradwatch.torch.timeline import Timeline

# For register_pre_hook, which wants a number that nobody else has.
HOOK = 0x67726164
# Hooks of process groups are new; without them, or with this set to False, the last ready parameter is asked.
GROUP_HOOKS = True


class CollectiveWatch:
    """The exposed wait of DistributedDataParallel: from the launch of its last bucket to the end of backward. The rank
    that the others wait for has the shortest. And of all else that waits in Python (FSDP2, all_reduce, barriers): the
    time in Work.wait.

    The reducer waits in C++, where only a hook of the process group sees it. PyTorch before that hook is asked by the
    parameter whose gradient comes last.
    """

    def __init__(self, patches: Patches, timeline: Timeline) -> None:
        self._patches = patches
        self._timeline = timeline
        self._seen: set[int] = set()
        self._groups: set[Any] = set()
        if not dist.is_available():
            return
        from torch._C._distributed_c10d import Work
        from torch.nn.parallel import DistributedDataParallel

        owner = get_ident()
        found, waited = patches.safe(self.found), patches.safe(timeline.waited)

        def waiting(original: Any, *args: Any, **kwargs: Any) -> Any:
            if is_compiling() or not (timeline.in_backward or get_ident() == owner):
                return original(*args, **kwargs)
            begun = timeline.clock.mark()
            try:
                return original(*args, **kwargs)
            finally:
                waited(begun, timeline.clock.mark())

        def pre_forward(original: Any, module: Any, *args: Any, **kwargs: Any) -> Any:
            if id(module) not in self._seen and not is_compiling():
                found(module)
            return original(module, *args, **kwargs)

        patches.replace(Work, "wait", waiting)
        patches.replace(DistributedDataParallel, "_sync_buffers", waiting)
        patches.replace(DistributedDataParallel, "_pre_forward", pre_forward)

    def found(self, module: Any) -> None:
        """A DistributedDataParallel is in use."""
        self._seen.add(id(module))
        group = module.process_group
        if GROUP_HOOKS and hasattr(group, "register_pre_hook"):
            if group not in self._groups:
                self._groups.add(group)
                group.register_pre_hook(HOOK, self._patches.safe(self._launches))
                self._patches.undo_with(lambda: group.unregister_pre_hook(HOOK))
        else:
            LastReady(module, self._patches, self._timeline)

    def _launches(self, call: Any) -> None:
        if self._timeline.in_backward:
            tensors = call.input_tensors
            # The search for unused parameters and the rebuilding of buckets send integers.
            if tensors and tensors[0].is_floating_point():
                self._timeline.launched()
