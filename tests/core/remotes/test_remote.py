import pickle

import pytest

from dolt_integrations.core.configs.remote import Remote, remote_from_dict
from dolt_integrations.errors import ConfigError


def test_a_remote_is_origin_unless_named():
    assert Remote() == Remote(name="origin", url=None, force=False)


@pytest.mark.parametrize(
    "url",
    [
        "file:///backups/shop",
        "http://127.0.0.1:50051/shop",
        "https://doltremoteapi.dolthub.com/dolthub/us-housing",
        "https://www.dolthub.com/repositories/dolthub/us-housing",
        "dolthub/us-housing",
        "gs://bucket/path",
        "aws://[table:bucket]/shop",
    ],
)
def test_a_url_of_each_kind_is_taken(url):
    assert Remote(url=url).url == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "shop",
        "a/b/c",
        "file://",
        "file://backups/shop",
        "http://",
        "http://127.0.0.1",
        "http://127.0.0.1:port/shop",
        "https://host/data base",
        "https://host/shop?x=1",
        "https://host/shop#x",
        "https:///shop",
        "gs://bucket/a\tb",
        "aws://[table:bucket]/shop?x=1",
        "file:///",
        "file:///a%00b",
        "ftp://host/shop",
        "s3://bucket/shop",
        "gs://bucket",
        "aws://bucket/shop",
        "aws://[table]/shop",
        "-x/y",
    ],
)
def test_a_url_that_does_not_parse_is_refused_at_once(url):
    with pytest.raises(ConfigError, match=r"not the URL of a remote.*aws://"):
        Remote(url=url)


def test_a_url_with_a_password_in_it_is_refused_without_repeating_it():
    with pytest.raises(ConfigError, match=r"DOLT_REMOTE_PASSWORD") as caught:
        Remote(url="http://me:sesame@127.0.0.1:50051/shop")

    assert "sesame" not in str(caught.value)


@pytest.mark.parametrize("name", ["", "-f", "a b", "a/b"])
def test_a_name_that_dolt_does_not_take_is_refused(name):
    with pytest.raises(ConfigError, match="name of a remote"):
        Remote(name=name)


def test_a_password_needs_a_user():
    with pytest.raises(ConfigError, match="no user") as caught:
        Remote(password="sesame")

    assert "sesame" not in str(caught.value)


@pytest.mark.parametrize("user", ["", "--force"])
def test_a_user_that_would_be_an_option_is_refused(user):
    with pytest.raises(ConfigError, match="not a user"):
        Remote(user=user)


def test_a_remote_travels_as_a_dictionary_without_its_password():
    remote = Remote("backup", "dolthub/shop", force=True, user="me", password="sesame")

    value = remote.to_dict()

    assert "sesame" not in str(value)
    assert remote_from_dict(value) == Remote("backup", "dolthub/shop", force=True, user="me")


def test_no_remote_is_no_remote():
    assert remote_from_dict(None) is None


def test_a_remote_of_a_dictionary_has_no_other_fields():
    with pytest.raises(ConfigError, match="name, url, force, user") as caught:
        remote_from_dict({"name": "origin", "password": "sesame"})

    assert "sesame" not in str(caught.value)


def test_the_password_is_not_shown():
    assert "sesame" not in repr(Remote(user="me", password="sesame"))


def test_a_remote_is_picklable():
    remote = Remote(url="file:///backups/shop", user="me")

    assert pickle.loads(pickle.dumps(remote)) == remote  # noqa: S301 - its own
