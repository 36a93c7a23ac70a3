"""The tools of the earlier approaches, and their judge: proxies, gradients, tasks.

The approaches themselves are records in `stages/schemes`. Gradients come from autograd, the
optional extra `baselines`, which `autodiff.py` alone imports. This room uses `signature`, `contest`
and `video`; only the stage `baseline` and the schemes use it, so the main line needs no autograd.
"""
