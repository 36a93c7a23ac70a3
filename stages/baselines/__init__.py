"""The approaches that came before, and the simplest ones, runnable beside the main line.

Each yields a mark for the same footage at the same distortion. Gradients come from autograd, the
optional extra `baselines`, which `autodiff.py` alone imports. This room uses `signature` and
`video`; nothing but `stages/baseline.py` uses it, so the main line needs neither.
"""
