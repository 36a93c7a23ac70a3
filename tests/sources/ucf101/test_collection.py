"""Bringing the chosen clips, from a real server, a real RAR or a real folder."""

import stat

import pytest

from stages.common.errors import AfterimageError
from stages.fetch import list_offers
from stages.pipeline.params.file import load_params
from stages.sources.ucf101.lists import LISTS_FOLDER, SPLITS_ZIP
from stages.sources.ucf101.server import ARCHIVE
from tests.sources.ucf101 import official, site
from tests.sources.ucf101.rar import write_rar
from tests.sources.ucf101.site import Site, serving
from tests.worktree import ROOT, run, set_params

CLIPS = official.names()
MEMBERS = {
    f"UCF-101/{class_name}/{name}": official.clip(name) for name, class_name in CLIPS.items()
}
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def server():
    with serving(Site(official.contents(CLIPS))) as site:
        yield site


class Project:
    """A folder with parameters that ask for 2 clips of Archery and 2 of Punch."""

    def __init__(self, folder, url):
        self.folder = folder
        self.clips = folder / "data" / "ucf101" / "clips"
        (folder / "params.yaml").write_text((ROOT / "params.yaml").read_text())
        set_params(folder, {"fetch.source": "ucf101"})
        self.ask(base_url=url, classes=["Archery", "Punch"], clips_per_class=2, retries=1)

    def ask(self, **changes):
        set_params(self.folder, {f"fetch.ucf101.{name}": value for name, value in changes.items()})

    def offers(self):
        return list_offers(load_params().fetch)

    def names(self):
        """Names of the clips that are brought, which are checked to be what they should be."""
        offers = self.offers()
        for offer in offers:
            assert offer.source.read_bytes() == official.clip(offer.clip.name)
        return {offer.clip.name for offer in offers}

    def complaint(self):
        with pytest.raises(AfterimageError) as caught:
            self.offers()
        return str(caught.value)

    def stored(self):
        return sorted(path.name for path in self.clips.iterdir())


@pytest.fixture
def project(tmp_path, monkeypatch, server):
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setattr("stages.sources.ucf101.download._BACK_OFF_S", 0.02)
    return Project(folder, server.url)


def asked(server):
    return [request.name for request in server.requests]


def test_a_subset_grows_by_what_is_new_in_it(project, server):
    few = project.names()
    assert len(few) == 4
    assert set(asked(server)) == few | {SPLITS_ZIP}

    before = len(server.requests)
    project.ask(classes=["Archery", "Basketball", "Punch"])
    assert few < project.names()
    assert [name.split("_")[1] for name in asked(server)[before:]] == ["Basketball"] * 2

    project.ask(clips_per_class="all", classes="all")
    assert project.names() == set(CLIPS)
    assert sorted(asked(server)) == sorted(server.contents)


def test_what_is_here_needs_no_server_and_is_checked(project):
    some = min(project.names())
    project.ask(base_url=NOWHERE)
    assert len(project.names()) == 4
    run(project.clips, "sha256sum", "--check", "--quiet", "--ignore-missing",
        str(project.folder / "data" / "ucf101.sha256"))  # fmt: skip
    (project.clips / some).write_bytes(official.clip("changed"))
    assert f"{some}: changed: its SHA-256 is " in project.complaint()


@pytest.mark.parametrize("split", [1, 2])
def test_the_official_split_decides(project, split):
    project.ask(split=split, clips_per_class="all")
    tested, trained = (
        {offer.clip.group for offer in project.offers() if offer.labels.split == side}
        for side in ("test", "train")
    )
    assert tested == set(official.TEST_GROUPS[split]) & set(range(5, 11))
    assert trained == set(range(5, 11)) - tested


def test_everything_comes_as_one_rar_that_a_dying_server_cannot_spoil(project, server, tmp_path):
    write_rar(tmp_path / ARCHIVE, MEMBERS)
    server.contents[ARCHIVE] = (tmp_path / ARCHIVE).read_bytes()
    server.faults[ARCHIVE] = [site.dies_after(300_000), *[site.dies_after(0)] * 2]
    project.ask(classes="all", clips_per_class="all", single_clips=5)
    assert "fetch.ucf101.archive or fetch.ucf101.dir to a copy" in project.complaint()
    assert project.names() == set(CLIPS)
    assert server.asked(ARCHIVE)[-1].range == "bytes=300000-"
    assert set(asked(server)) == {ARCHIVE, SPLITS_ZIP}
    assert not (project.folder / "data" / "ucf101" / ARCHIVE).exists()


def test_bad_clips_are_named_and_the_good_ones_kept(project, server):
    project.ask(classes="all")
    wanted = [name for name in CLIPS if "_g07_" in name or "_g08_" in name]
    page, cut, gone, short = wanted[:4]
    server.faults = {
        page: [site.says(200)],
        cut: [site.says(200, official.clip(cut)[:9000])],
        gone: [site.says(404)],
        short: [site.announces(-1000)],
    }
    project.ask(clips_per_class="all")
    said = project.complaint()
    assert f"{page}: a web page instead of a video: 'Service notice'" in said
    assert f"{cut}: truncated: 9000 bytes of 49226" in said
    assert f"{site.CLIPS}{gone}: 404 Not Found; " in said
    assert said.endswith("; and 1 more")
    assert project.stored() == sorted(CLIPS.keys() - {page, cut, gone, short})

    before = len(server.requests)
    assert project.names() == set(CLIPS)
    assert sorted(asked(server)[before:]) == sorted([page, cut, gone, short])


def test_a_clip_that_has_changed_on_the_server_is_refused(project, server):
    some = min(project.names())
    (project.clips / some).unlink()
    server.contents[some] = official.clip("changed")
    assert f"{some}: changed: its SHA-256 is " in project.complaint()
    assert some not in project.stored()


def test_a_class_that_the_server_lacks_is_named(project, server):
    for name in [name for name, class_name in CLIPS.items() if class_name == "Punch"]:
        del server.contents[name]
    said = project.complaint()
    assert said.count("404 Not Found") == said.count("/v_Punch_g") == 2
    assert len(project.stored()) == 2


def test_a_class_that_is_none_is_named(project):
    project.ask(classes=["Archery", "Pnuch"])
    assert "fetch.ucf101: 'Pnuch' is not a class of UCF101 (did you mean Punch?)" in (
        project.complaint()
    )


def test_a_class_is_found_under_its_other_spelling(project, server):
    for name in [name for name, class_name in CLIPS.items() if class_name == "HandstandPushups"]:
        server.contents[name.replace("Stand", "stand")] = server.contents.pop(name)
    project.ask(classes=["HandstandPushups"])
    assert {offer.group for offer in project.offers()} < {
        f"HandstandPushups_g{group:02}" for group in range(5, 11)
    }


def test_no_network_is_told_with_the_other_ways(project):
    project.ask(base_url=NOWHERE)
    said = project.complaint()
    assert f"fetch.ucf101.base_url: {NOWHERE}/data/UCF101/{SPLITS_ZIP}: no connection: " in said
    assert "a mirror of yours" in said


def test_a_server_that_fails_in_the_middle_ends_the_run_and_keeps_what_came(project, server):
    project.ask(classes="all", clips_per_class="all", connections=1)
    for name in list(CLIPS)[20:]:
        server.faults[name] = [site.says(503)] * 9
    assert "503 Service Unavailable, again and again; try again later" in project.complaint()
    assert len(project.stored()) >= 5
    server.faults = {}
    assert project.names() == set(CLIPS)


def test_a_folder_of_the_users_own_needs_no_network(project, tmp_path):
    folder = official.write_folder(tmp_path / "own", CLIPS)
    (folder / SPLITS_ZIP).write_bytes(official.splits_zip(CLIPS))
    project.ask(base_url=NOWHERE, dir=str(folder), classes="all")
    assert len(project.names()) == 8
    for path in folder.rglob("*.avi"):
        status = path.stat()
        assert (status.st_nlink, stat.S_IMODE(status.st_mode) & 0o200) == (1, 0o200)
    for path in folder.rglob("v_Punch_*"):
        path.unlink()
    assert f"fetch.ucf101: {folder} has no Punch/v_Punch_g" in project.complaint()
    assert "and 1 more of 8 clips" in project.complaint()


def test_an_archive_of_the_users_own_needs_no_network(project, tmp_path):
    write_rar(tmp_path / "mine.rar", MEMBERS, solid=True)
    lists = tmp_path / LISTS_FOLDER
    lists.mkdir()
    for name, text in official.lists(CLIPS).items():
        (lists / name).write_bytes(text.encode())
    project.ask(base_url=NOWHERE, archive=str(tmp_path / "mine.rar"), classes="all")
    assert len(project.names()) == 8
    assert (tmp_path / "mine.rar").exists()


def test_an_archive_that_is_missing_or_none_is_named(project, tmp_path):
    project.ask(archive=str(tmp_path / "none.rar"))
    assert "none.rar: cannot read it: No such file" in project.complaint()
    (tmp_path / "none.rar").write_bytes(site.PAGE)
    assert "none.rar: cannot read the archive" in project.complaint()
    project.ask(archive="", dir=str(tmp_path / "none"))
    assert "none is not a folder" in project.complaint()


def test_an_archive_and_a_folder_are_one_too_many(project, tmp_path):
    project.ask(archive="a.rar", dir="b")
    with pytest.raises(AfterimageError, match=r"fetch\.ucf101\.dir = 'b': there is an archive"):
        load_params()


@pytest.mark.parametrize("key", ["clips_per_class", "classes", "base_url", "split", "connections"])
@pytest.mark.parametrize("value", ["some", 0, [], -1, None, "ftp://x"])
def test_a_bad_parameter_is_named(project, key, value):
    project.ask(**{key: value})
    with pytest.raises(AfterimageError, match=rf"params\.yaml:\d+: fetch\.ucf101\.{key} = "):
        load_params()


def test_too_little_disk_is_told_before_anything_is_asked_for(project, server, tiny_disk):
    project.ask(cache=str(tiny_disk), classes="all", clips_per_class=3)
    said = project.complaint()
    assert "6.2 MB needed, " in said
    assert "free some space, or ask for fewer clips" in said
    assert asked(server) == [SPLITS_ZIP]


def test_an_offer_of_the_store_is_linked_and_one_of_the_users_copied(project, tmp_path):
    offer = project.offers()[0]
    offer.store(tmp_path / "linked")
    assert offer.source.samefile(tmp_path / "linked")
    folder = official.write_folder(tmp_path / "own", CLIPS)
    project.ask(dir=str(folder))
    offer = project.offers()[0]
    offer.store(tmp_path / "copied")
    assert (tmp_path / "copied").read_bytes() == offer.source.read_bytes()
    assert not offer.source.samefile(tmp_path / "copied")
