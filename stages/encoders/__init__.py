"""The encoders, a record (``stages.video.encoder.Encoder``) in a file each, found by their names.

A new file is a new encoder, for the pipeline (`compress.encoder`, `sweep.encoders`) and for
`mark --encoder`. Nothing else belongs here, and nobody imports from here.
"""
