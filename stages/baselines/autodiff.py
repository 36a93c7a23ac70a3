"""The one import of autograd; the main line runs without it.

autograd differentiates NumPy code as it runs, on the processor, in one thread and with NumPy's own
arithmetic, and weighs less than a megabyte. JAX would bring a compiler of a hundred, whose fused
arithmetic differs from processor to processor.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from stages.common.errors import AfterimageError

try:
    import autograd.numpy as anp
    from autograd import grad, make_vjp
    from autograd.extend import defvjp
    from autograd.extend import primitive as _primitive
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] != "autograd":
        raise
    raise AfterimageError(
        "the baselines need autograd, which is not installed; run `pip install autograd`"
    ) from error

Function = TypeVar("Function", bound=Callable[..., Any])


def primitive(function: Function) -> Function:
    """Wrap a function that autograd does not look into; `defvjp` gives its slope."""
    wrapped: Function = _primitive(function)
    return wrapped


__all__ = ["anp", "defvjp", "grad", "make_vjp", "primitive"]
