"""The search: CMA-ES over spectra, each scored by marks that went through the real codec.

`space` turns a vector into a signature, `objective` scores it on a clip, and `evolution` searches.
Training clips and keys of their own alone may come in: never a user's key, never a test clip.
"""
