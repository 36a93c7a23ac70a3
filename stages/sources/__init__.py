"""Sources of clips: each lists what it offers, and can store one offer as a file.

A source never measures clips and never splits them, beyond passing on an official split, and never
sees the rest of the pipeline. It is a folder here with ``RECORD = Source(...)`` in its `record.py`,
found by the folder's name, which `fetch.source` of `params.yaml` gives; its settings stand under
the same name.
"""
