import subprocess

import pytest

from dolt_integrations.engine import Author, parse_author
from dolt_integrations.engine.names.author import configured_author
from dolt_integrations.errors import ConfigError

DIANE = Author("Diane Nguyen", "diane@girlcroosh.com")


def configure(*arguments):
    subprocess.run(["dolt", "config", "--global", *arguments], check=True, capture_output=True)


def test_name_and_address_are_read():
    assert parse_author(" Diane Nguyen  <diane@girlcroosh.com> ") == DIANE


def test_an_author_is_written_as_it_is_read():
    assert parse_author(str(DIANE)) == DIANE


@pytest.mark.parametrize("text", ["", "Diane", "<diane@girlcroosh.com>", "Diane <>", "Diane <a b>", "Diane <a> <b>"])
def test_what_is_no_author_is_an_error(text):
    with pytest.raises(ConfigError, match="Name <email>"):
        parse_author(text)


def test_no_author_is_configured_in_a_new_home(tmp_path):
    assert configured_author(tmp_path) is None


def test_the_global_config_names_the_author(tmp_path):
    configure("--add", "user.name", DIANE.name)
    configure("--add", "user.email", DIANE.email)

    assert configured_author(tmp_path) == DIANE


def test_the_database_own_config_wins_over_the_global_one(repository):
    configure("--add", "user.name", "Bojack Horseman")
    configure("--add", "user.email", "bojack@horseman.com")
    repository.dolt("config", "--local", "--add", "user.name", DIANE.name)
    repository.dolt("config", "--local", "--add", "user.email", DIANE.email)

    assert configured_author(repository.path) == DIANE


def test_half_an_identity_is_none(tmp_path):
    configure("--add", "user.name", DIANE.name)

    assert configured_author(tmp_path) is None


def test_a_broken_config_is_no_identity(tmp_path, home):
    (home / ".dolt").mkdir()
    (home / ".dolt" / "config_global.json").write_text("{")

    assert configured_author(tmp_path) is None
