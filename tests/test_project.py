"""Projects and profiles: found from anywhere inside, and refused with the line that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from lapipe.errors import DeclarationFault, UsageFault
from lapipe.project import find_project, load_project

TOML = """\
default = "dev"

[profiles.dev]
register = "register.sqlite"
out = "out"

[profiles.dev.sources.weekly]
events = "exports/*.csv"
students = "postgresql://reader:hunter2@db/students"

[profiles.prod]
register = "postgresql://writer:hunter2@db/register"
out = "/srv/out"
keys = "~/keys.json"
engine = "spark://cluster"
runs = "/var/runs"
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = (tmp_path / "learning").resolve()
    (folder / "pipelines").mkdir(parents=True)
    (folder / "lapipe.toml").write_text(TOML, encoding="utf-8")
    return folder


def test_the_project_is_found_from_a_folder_below_and_from_a_file(root: Path) -> None:
    assert find_project(root) == root
    assert find_project(root / "pipelines") == root
    assert find_project(root / "pipelines" / "weekly.py") == root


def test_the_nearest_project_counts(root: Path) -> None:
    inner = root / "inner"
    inner.mkdir()
    (inner / "lapipe.toml").write_text(TOML, encoding="utf-8")
    assert find_project(inner) == inner


def test_without_a_project_it_is_said_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match="lapipe init"):
        find_project(tmp_path)


def test_the_default_profile_has_careful_defaults_and_absolute_paths(root: Path) -> None:
    profile = load_project(root / "pipelines").profile
    assert profile.name == "dev"
    assert profile.register == str(root / "register.sqlite")
    assert profile.out == root / "out"
    assert profile.runs == root / ".lapipe" / "runs"
    assert profile.keys == Path("~/.config/lapipe/keys/learning.json").expanduser()
    assert profile.engine == "duckdb"
    assert profile.approvals is False
    assert profile.sources == {
        "weekly": {"events": str(root / "exports/*.csv"), "students": "postgresql://reader:hunter2@db/students"}
    }


def test_prod_demands_approvals_and_leaves_urls_alone(root: Path) -> None:
    profile = load_project(root, "prod").profile
    assert profile.approvals is True
    assert profile.register == "postgresql://writer:hunter2@db/register"
    assert profile.keys == Path("~/keys.json").expanduser()
    assert profile.sources == {}


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_a_password_in_a_url_is_not_in_the_repr(root: Path, name: str) -> None:
    assert "hunter2" not in repr(load_project(root, name))


def test_approvals_can_be_set_for_any_profile_and_prod_can_say_no(root: Path) -> None:
    text = TOML.replace('out = "out"', 'out = "out"\napprovals = true')
    text = text.replace('out = "/srv/out"', 'out = "/srv/out"\napprovals = false')
    (root / "lapipe.toml").write_text(text, encoding="utf-8")
    assert load_project(root, "dev").profile.approvals is True
    assert load_project(root, "prod").profile.approvals is False


@pytest.mark.parametrize(("name", "message"), [("prd", "Did you mean 'prod'"), ("acceptance", r"it has: dev, prod")])
def test_an_unknown_profile_is_refused_with_those_there_are(root: Path, name: str, message: str) -> None:
    with pytest.raises(UsageFault, match=message):
        load_project(root, name)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('default = "dev"\n', "", "no default profile"),
        ('default = "dev"', 'default = "dve"', r"lapipe\.toml:1: default: .*Did you mean 'dev'"),
        ('out = "out"', 'ouput = "out"', r"lapipe\.toml:5: profiles\.dev\.ouput: .*Did you mean 'out'"),
        ('out = "out"', 'out = "out"\nengin = "duckdb"', r"toml:6: profiles\.dev\.engin: .*Did you mean 'engine'"),
        ('register = "register.sqlite"\n', "", r"lapipe\.toml:3: profiles\.dev: lacks register"),
        ('out = "out"', "out = 3", r"lapipe\.toml:5: profiles\.dev\.out: should be string"),
        ('events = "exports/*.csv"', 'events = ["a"]', r"lapipe\.toml:8: profiles\.dev\.sources\.weekly\.events"),
        ("[profiles.dev]", "[profile.dev]", r"lapipe\.toml:3: profile: is not a key here .*Did you mean 'profiles'"),
        ('out = "out"', "out = ", r"lapipe\.toml:5: not valid TOML"),
        ('out = "out"', 'out = "out"\nkeys = "keys.json"', r"toml:6: profiles\.dev\.keys: lies inside the project"),
        ('out = "out"', 'out = "out"\nkeys = "x/../keys.json"', "lies inside the project"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(root: Path, old: str, new: str, message: str) -> None:
    assert old in TOML
    (root / "lapipe.toml").write_text(TOML.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(UsageFault, match=message) as refused:
        load_project(root)
    assert "hunter2" not in str(refused.value)
    assert refused.value.__context__ is None


def test_a_key_ring_linked_into_the_project_is_refused(root: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(root)
    (root / "lapipe.toml").write_text(TOML.replace('out = "out"', f'out = "out"\nkeys = "{tmp_path}/link/k.json"', 1))
    with pytest.raises(DeclarationFault, match="inside the project"):
        load_project(root)


def test_a_file_that_is_not_utf_8_is_refused(root: Path) -> None:
    (root / "lapipe.toml").write_bytes(b'default = "\xff"')
    with pytest.raises(DeclarationFault, match="not UTF-8"):
        load_project(root)


@pytest.mark.parametrize(("profile", "approvals"), [("dev", False), ("test", False), ("prod", True)])
def test_the_shipped_profiles_load(profile: str, approvals: bool) -> None:
    project = load_project(Path(__file__), profile)
    assert project.profile.approvals is approvals
    assert project.root == Path(__file__).resolve().parent.parent
