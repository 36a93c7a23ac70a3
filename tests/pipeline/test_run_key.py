"""The key of a run, and the one of its user."""

import pytest

from stages.common.errors import AfterimageError
from stages.pipeline.run_key import secret_key

DEMO = "a public demonstration key"


def test_the_key_comes_from_the_environment_then_a_file_then_the_demonstration(
    tmp_path, monkeypatch, caplog
):
    monkeypatch.delenv("AFTERIMAGE_KEY", raising=False)
    monkeypatch.delenv("AFTERIMAGE_KEY_FILE", raising=False)
    assert secret_key(DEMO) == DEMO.encode()
    (tmp_path / "key").write_text("a key in a file, long enough\n")
    monkeypatch.setenv("AFTERIMAGE_KEY_FILE", str(tmp_path / "key"))
    assert secret_key(DEMO) == b"a key in a file, long enough"
    monkeypatch.setenv("AFTERIMAGE_KEY", "a key in the environment")
    assert secret_key(DEMO) == b"a key in the environment"
    assert "a key in" not in caplog.text


def test_a_bad_key_is_refused_and_never_shown(tmp_path, monkeypatch):
    monkeypatch.setenv("AFTERIMAGE_KEY", "secret, short")
    with pytest.raises(AfterimageError, match="AFTERIMAGE_KEY: the key has 13 bytes") as caught:
        secret_key(DEMO)
    assert "secret, short" not in str(caught.value)
    monkeypatch.delenv("AFTERIMAGE_KEY")
    monkeypatch.setenv("AFTERIMAGE_KEY_FILE", str(tmp_path / "none"))
    with pytest.raises(AfterimageError, match="none: No such file"):
        secret_key(DEMO)


@pytest.mark.parametrize("variable", ["AFTERIMAGE_KEY", "AFTERIMAGE_KEY_FILE"])
@pytest.mark.parametrize("blank", ["", 20 * " ", "\n"])
def test_a_blank_variable_is_refused_and_is_not_the_demonstration(monkeypatch, variable, blank):
    for name in ("AFTERIMAGE_KEY", "AFTERIMAGE_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, blank)
    with pytest.raises(AfterimageError, match=f"^{variable}: (the key is blank|empty)"):
        secret_key(DEMO)
