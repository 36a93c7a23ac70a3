"""The one import of autograd, which the main line does without.

autograd differentiates NumPy code as it runs, on the processor, in one thread and with NumPy's own
arithmetic, and weighs less than a megabyte. JAX would bring a compiler of a hundred, whose fused
arithmetic differs from processor to processor.
"""

from stages.errors import AfterimageError

try:
    import autograd.numpy as anp
    from autograd import grad, make_vjp
    from autograd.extend import defvjp, primitive
except ModuleNotFoundError as error:
    if error.name != "autograd":
        raise
    raise AfterimageError(
        "the baselines need autograd, which is not installed; run `pip install autograd`"
    ) from error

__all__ = ["anp", "defvjp", "grad", "make_vjp", "primitive"]
