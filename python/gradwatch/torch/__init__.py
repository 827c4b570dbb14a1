"""Step times, loss and gradient norm of a PyTorch training without the script's help; see `watch`."""

from gradwatch.torch.mesh import parallel_of
from gradwatch.torch.watch import Watch, watch

__all__ = ["Watch", "parallel_of", "watch"]
