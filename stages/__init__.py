"""The pipeline: a module for each stage, run as ``python -m stages.<name>``, and shared rooms."""

import os

# One thread a process: parallelism comes from the clips, and a sum keeps its order.
# It must be set before NumPy is first imported.
for _pool in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_pool, "1")
