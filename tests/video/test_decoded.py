"""Decoded clips are kept, but never more than fit."""

from stages.video import decoded as kept
from stages.video.decoded import decoded


def test_a_clip_is_decoded_once(small_clips):
    first = decoded(small_clips[0])
    assert decoded(small_clips[0]) is first
    assert (first.i420 == small_clips[0].read().i420).all()


def test_what_was_not_asked_for_longest_goes_first(small_clips, monkeypatch):
    one = decoded(small_clips[0])
    monkeypatch.setattr(kept, "MOST_BYTES", 2 * one.i420.nbytes)
    two = decoded(small_clips[1])
    assert decoded(small_clips[0]) is one
    decoded(small_clips[2])
    assert decoded(small_clips[0]) is one
    assert decoded(small_clips[1]) is not two


def test_a_clip_that_is_too_large_is_not_kept(small_clips, monkeypatch):
    monkeypatch.setattr(kept, "MOST_BYTES", 1)
    assert decoded(small_clips[0]) is not decoded(small_clips[0])
