"""The embedder: the mark of a key for a video, and where a codec lets it through.

`pattern` draws the mark, `embed` puts it in at a fixed distortion, and `closed_loop` moves it, by
trial on a real codec, to where it is found again. Only what changes the mark of a video may come
in: no search, no parameters of the pipeline, no files.
"""
