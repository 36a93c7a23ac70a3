"""The mark as it is defined: carriers, half-periods, chips and the signature's file.

Embedder and detector share these definitions. Neither may be imported here, nor any statistic,
strength or search: a change in this room changes every mark.
"""
