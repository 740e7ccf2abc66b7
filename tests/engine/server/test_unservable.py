"""Directories in which Dolt cannot have a database, or would use the database of another directory."""

import pytest

from dolt_integrations.core import read_table, write_table
from dolt_integrations.engine.server.clone import clone_directory
from dolt_integrations.engine.server.dolt import Source
from dolt_integrations.errors import ConfigError
from tests.helpers.saves.paths import frame


@pytest.mark.parametrize(("name", "other"), [("shop%41", "shopA"), ("a\\b", "a/b")])
def test_a_path_by_which_dolt_finds_another_directory_is_refused(name, other, tmp_path):
    write_table(tmp_path / other, "t", frame())
    (tmp_path / name / ".dolt" / "noms").mkdir(parents=True)

    for use in (read_table, lambda *place: write_table(*place, frame(rows=1))):
        with pytest.raises(ConfigError, match=r"would find another directory\. Rename the directory"):
            use(tmp_path / name, "t")

    assert len(read_table(tmp_path / other, "t").data) == 2


@pytest.mark.parametrize("name", ["50%", "50%/shop", "me@shop", "a:b", "mysql", "Information_Schema"])
def test_a_name_that_dolt_cannot_serve_is_refused_before_anything_is_made(name, tmp_path):
    with pytest.raises(ConfigError, match="Rename the directory"):
        write_table(tmp_path / name, "t", frame())

    assert list(tmp_path.iterdir()) == []


def test_a_link_to_a_directory_that_dolt_cannot_serve_is_refused(tmp_path):
    (tmp_path / "50%").mkdir()
    (tmp_path / "half").symlink_to(tmp_path / "50%")

    with pytest.raises(ConfigError, match="50% of the database has a '%'"):
        write_table(tmp_path / "half", "t", frame())


def test_a_remote_is_not_cloned_to_another_directory(tmp_path):
    with pytest.raises(ConfigError, match="would find another directory"):
        clone_directory(tmp_path / "shop%41", Source(f"file://{tmp_path}/backup"), shallow=False)


@pytest.mark.parametrize("name", ["a b", "a'b", "a?b", "a#b", "a;b", "me@home/shop", "a:b/shop", "é", "-x", "sys2"])
def test_a_directory_of_any_other_name_has_a_database_of_its_own(name, tmp_path):
    write_table(tmp_path / name, "t", frame())

    assert len(read_table(tmp_path / name, "t").data) == 2
    assert (tmp_path / name / ".dolt" / "noms" / "manifest").exists()
