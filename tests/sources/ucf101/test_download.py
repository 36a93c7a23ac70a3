"""One file over real HTTP, and all that can go wrong with it."""

import datetime
import ipaddress
import socket

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from stages.sources.ucf101.download import (
    Downloader,
    Limits,
    NotFoundError,
    UnreachableError,
)
from stages.sources.ucf101.refusal import RefusedError
from tests.sources.ucf101 import official, site
from tests.sources.ucf101.site import Site, serving

NAME = "v_Archery_g09_c01.avi"
CLIP = official.clip(NAME)
LIMITS = Limits(connections=2, retries=2, timeout_s=5)


class Count:
    """The bytes that were told."""

    total = 0

    def __call__(self, size):
        self.total += size

    def expect(self, size):
        raise AssertionError("a downloader knows of one file only")


@pytest.fixture(autouse=True)
def _no_long_pauses(monkeypatch):
    monkeypatch.setattr("stages.sources.ucf101.download._BACK_OFF_S", 0.02)


@pytest.fixture
def server():
    with serving(Site({NAME: CLIP})) as site:
        yield site


def fetch(server, folder, limits=LIMITS, check=lambda path: None, name=NAME):
    """Download the clip to a folder; the bytes that were told."""
    count = Count()
    Downloader(limits).fetch(f"{server.url}{site.CLIPS}{name}", folder / "clip", check, count)
    return count.total


def files(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_comes_whole(server, tmp_path):
    assert fetch(server, tmp_path) == len(CLIP)
    assert (tmp_path / "clip").read_bytes() == CLIP
    assert files(tmp_path) == ["clip"]


def test_a_broken_connection_is_taken_up_where_it_broke(server, tmp_path):
    server.faults[NAME] = [site.dies_after(30_000), site.dies_after(10_000)]
    assert fetch(server, tmp_path) == len(CLIP)
    assert (tmp_path / "clip").read_bytes() == CLIP
    assert [request.range for request in server.requests] == ["", "bytes=30000-", "bytes=40000-"]


def test_a_later_run_goes_on_where_an_earlier_one_gave_up(server, tmp_path):
    server.faults[NAME] = [site.dies_after(30_000), *[site.dies_after(0)] * 3]
    with pytest.raises(UnreachableError, match="breaks off again and again"):
        fetch(server, tmp_path)
    assert files(tmp_path) == ["clip.part", "clip.part.json"]
    assert fetch(server, tmp_path) == len(CLIP)
    assert server.requests[-1].range == "bytes=30000-"
    assert (tmp_path / "clip").read_bytes() == CLIP


def test_a_whole_part_needs_no_server(server, tmp_path):
    def killed(path):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(server, tmp_path, check=killed)
    assert fetch(server, tmp_path) == len(CLIP)
    assert len(server.requests) == 1


def test_a_server_without_tags_sends_everything_anew(server, tmp_path):
    server.tagged = False
    server.faults[NAME] = [site.dies_after(30_000)]
    assert fetch(server, tmp_path) == len(CLIP)
    assert [request.range for request in server.requests] == ["", ""]
    assert (tmp_path / "clip").read_bytes() == CLIP


def test_a_file_that_changes_between_two_parts_is_not_pieced_together(server, tmp_path):
    server.faults[NAME] = [site.dies_after(30_000), *[site.dies_after(0)] * 3]
    with pytest.raises(UnreachableError):
        fetch(server, tmp_path)
    server.contents[NAME] = official.clip("another")
    assert fetch(server, tmp_path) == len(CLIP)
    assert (tmp_path / "clip").read_bytes() == official.clip("another")


def test_a_range_that_was_not_asked_for_is_dropped(server, tmp_path):
    wrong = site.says(206, CLIP[:100], Content_Range=f"bytes 0-99/{len(CLIP)}")
    server.faults[NAME] = [site.dies_after(30_000), wrong, site.says(416)]
    assert fetch(server, tmp_path) == len(CLIP)
    assert (tmp_path / "clip").read_bytes() == CLIP


def test_slow_bytes_are_waited_for(server, tmp_path):
    server.faults[NAME] = [site.slowly(0.02)]
    fetch(server, tmp_path, Limits(1, 0, timeout_s=1))
    assert (tmp_path / "clip").read_bytes() == CLIP


def test_a_connection_that_stalls_is_given_up_and_taken_up(server, tmp_path):
    server.faults[NAME] = [site.stalls_after(30_000, 1.0)]
    fetch(server, tmp_path, Limits(1, 2, timeout_s=0.2))
    assert server.requests[1].range == "bytes=30000-"
    assert (tmp_path / "clip").read_bytes() == CLIP


def test_more_announced_than_sent_is_no_whole_file(server, tmp_path):
    server.faults[NAME] = [site.announces(+100)] * 9
    with pytest.raises(UnreachableError, match=f"{NAME}: the connection breaks off"):
        fetch(server, tmp_path)
    assert "clip" not in files(tmp_path)


def test_busy_then_well(server, tmp_path):
    server.faults[NAME] = [site.says(503), site.says(503, Retry_After="0"), site.says(429)]
    fetch(server, tmp_path, Limits(1, 3, timeout_s=5))
    assert (tmp_path / "clip").read_bytes() == CLIP
    assert len(server.requests) == 4


def test_always_busy(server, tmp_path):
    server.faults[NAME] = [site.says(503)] * 9
    with pytest.raises(UnreachableError, match=f"{NAME}: 503 Service Unavailable, again and again"):
        fetch(server, tmp_path)
    assert len(server.requests) == 1 + LIMITS.retries
    assert files(tmp_path) == []


def test_not_there(server, tmp_path):
    with pytest.raises(NotFoundError, match=r"v_Nothing_g01_c01\.avi: 404 Not Found"):
        fetch(server, tmp_path, name="v_Nothing_g01_c01.avi")
    assert len(server.requests) == 1


def test_forbidden_is_told(server, tmp_path):
    server.faults[NAME] = [site.says(403)]
    with pytest.raises(RefusedError, match="403 Forbidden"):
        fetch(server, tmp_path)


def test_what_is_refused_is_not_kept(server, tmp_path):
    def refuse(path):
        assert path.read_bytes() == CLIP
        raise RefusedError("no")

    with pytest.raises(RefusedError, match="no"):
        fetch(server, tmp_path, check=refuse)
    assert files(tmp_path) == []


def test_no_network(tmp_path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = Site({}, url=f"http://127.0.0.1:{unused.getsockname()[1]}")
        with pytest.raises(UnreachableError, match=r"no connection: .*refused"):
            fetch(nobody, tmp_path)
    with pytest.raises(UnreachableError, match="no connection: "):
        fetch(Site({}, url="http://nowhere.invalid"), tmp_path, Limits(1, 0, 5))


@pytest.fixture
def certificate(tmp_path):
    """A certificate for loopback that nobody has vouched for, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mirror")])
    start = datetime.datetime(2020, 1, 1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(start).not_valid_after(start + datetime.timedelta(days=36500))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = tmp_path / "certificate.pem"
    path.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


def test_tls_is_verified_and_a_way_out_is_told(certificate, tmp_path, monkeypatch):
    folder = tmp_path / "to"
    with serving(Site({NAME: CLIP}), certificate) as server:
        with pytest.raises(UnreachableError, match=r"cannot be verified: .*REQUESTS_CA_BUNDLE"):
            fetch(server, folder)
        assert not server.requests
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        fetch(server, folder)
        assert (folder / "clip").read_bytes() == CLIP


def test_an_encrypted_address_does_not_lead_to_an_open_one(
    server, certificate, tmp_path, monkeypatch
):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with serving(Site({NAME: CLIP}), certificate) as encrypted:
        encrypted.faults[NAME] = [site.says(302, Location=f"{server.url}{site.CLIPS}{NAME}")]
        with pytest.raises(RefusedError, match="which is not encrypted"):
            fetch(encrypted, tmp_path)
    assert not (tmp_path / "clip").exists()
