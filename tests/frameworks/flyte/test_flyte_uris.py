"""`dolt://` URIs: what they name, what they cannot, and whose password they get."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dolt_integrations.core import AppendBranch, MergeBranch, NewBranch, Version
from dolt_integrations.engine import parse_location
from dolt_integrations.errors import ConfigError
from dolt_integrations.flyte.datasets.dataset import check_place, received
from dolt_integrations.flyte.datasets.uri import table_of, uri_of
from flytekitplugins.dolt import DoltConfig, DoltTable

PINNED = Version("u7rm93e1rqu9te10ml353ikv0nndgd3p", "run/1", "339to1i8uvbuglgscjvocbhlbv7cu5ua")


@pytest.mark.parametrize(
    ("uri", "db_path", "tablename"),
    [
        ("dolt://flyte@dolt.internal:3307/shop/users", "mysql://flyte@dolt.internal:3307/shop", "users"),
        ("dolt://dolt.internal/shop/a%2Fb%23c", "mysql://dolt.internal/shop", "a/b#c"),
        ("dolt://me@[::1]:3306/shop/users?tls=required", "mysql://me@[::1]:3306/shop?tls=required", "users"),
        ("dolt:///data/foo/users", "/data/foo", "users"),
        ("dolt:///data/my%20shop/users", "/data/my shop", "users"),
        ("dolt://connection:shop/users?branch=run/1", "connection:shop", "users"),
        ("dolt://connection:my-shop/a%2Fb", "connection:my-shop", "a/b"),
    ],
)
def test_a_uri_names_a_table_of_a_database(uri, db_path, tablename):
    config = table_of(uri).config

    assert (config.db_path, config.tablename) == (db_path, tablename)


def test_the_members_of_a_uri_are_fields_of_the_config():
    uri = (
        "dolt:///foo/t?branch=run/1&base=v1&key=id,a%2Cb&mode=upsert&as_of=2025-11-01T12:00:00+01:00&where=n%20%3E%203"
    )
    config = table_of(uri).config

    assert config.branch_conf == NewBranch("run/1", "v1")
    assert config.io_args == {"mode": "upsert", "primary_key": ["id", "a,b"], "where": "n > 3"}
    assert config.as_of == "2025-11-01T12:00:00+01:00"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(
    table=st.text(min_size=1).filter(lambda name: name.strip() and not any(0xD800 <= ord(c) < 0xE000 for c in name)),
    key=st.lists(st.text("ab,&#%+ =é", min_size=1).filter(str.strip), min_size=2, max_size=3, unique=True),
    branch=st.sampled_from([None, "main", "run/1+x", "a,b"]),
    version=st.sampled_from([None, PINNED]),
)
def test_a_table_is_the_same_after_its_uri(table, key, branch, version):
    config = DoltConfig("/data/my shop", table, io_args={"primary_key": key}, branch_conf=branch and NewBranch(branch))
    again = table_of(uri_of(DoltTable(config, version=version)))

    assert again.config == config
    assert again.commit == (version and version.commit)
    assert again.table_hash == (version and version.table_hash)


@pytest.mark.parametrize(
    ("uri", "text"),
    [
        ("dolt://foo/users", "does not name a database and one of its tables"),
        ("dolt:///", "does not name a table"),
        ("dolt://connection:shop", "does not name a table"),
        ("dolt://connection:shop/database/users", "does not name a table"),
        ("dolt://connection:/users", "connection"),
        ("dolt://connection:shop/users?tls=required", "options of a server"),
        ("mysql://h/d/t", "does not begin with dolt://"),
        ("dolt:/data/foo/users", "does not begin with dolt://"),
        ("dolt://h:abc/d/t", "is not the URI of a table"),
        ("dolt://me:sesame@h/d/t", "contains a password"),
        ("dolt:///foo/t#x", "Write %23 for a #"),
        ("dolt:///foo/t#", "Write %23 for a #"),
        ("dolt:///foo/t?brach=x", "Did you mean `branch` or"),
        ("dolt:///foo/t?branch=a&branch=b", "has branch twice"),
        ("dolt:///foo/t?branch", "has branch without a value"),
        ("dolt:///foo/t?base=main", "no branch to create from it"),
        ("dolt:///foo/t?merge_to=main", "has merge_to but no branch_from"),
        ("dolt:///foo/t?branch_from=a&merge_to=main&branch=b", "a branch to save to and one to merge into"),
        ("dolt:///foo/t?branch_from=a&merge_to=main&on_conflict=mine", "on_conflict is 'mine'"),
        ("dolt:///foo/t?mode=delete", "mode"),
        ("dolt:///foo/t?tls=required", "options of a server"),
        (5, "not a string"),
    ],
)
def test_what_is_no_uri_of_a_table_is_refused_and_shows_no_password(uri, text):
    with pytest.raises(ConfigError) as caught:
        table_of(uri)

    assert text in str(caught.value)
    assert "sesame" not in str(caught.value)


@pytest.mark.parametrize(
    ("config", "name"),
    [
        (DoltConfig("foo", sql="select 1"), "sql"),
        (DoltConfig("foo", "t", remote_conf="owner/repo"), "remote_conf"),
        (DoltConfig("foo", "t", meta_conf={"_type": "DoltMeta", "db": "m", "tablename": "a"}), "meta_conf"),
    ],
)
def test_a_config_with_more_than_a_uri_says_is_refused(config, name):
    with pytest.raises(ConfigError, match=name):
        uri_of(DoltTable(config))


def test_a_uri_of_a_version_names_its_commit_and_not_what_led_to_it():
    uri = uri_of(DoltTable(DoltConfig("/data/foo", "t", as_of="HEAD~1"), version=PINNED))

    assert PINNED.commit in uri
    assert table_of(uri).config.as_of is None


def test_a_merge_is_the_same_after_its_uri():
    config = DoltConfig("/foo", "t", branch_conf=MergeBranch("run/1", "main", on_conflict="theirs"))
    uri = uri_of(DoltTable(config, version=Version(PINNED.commit, "main")))
    again = table_of(uri)

    assert uri.startswith("dolt:///foo/t?branch_from=run/1&merge_to=main&on_conflict=theirs&commit=")
    assert (again.config, again.version) == (config, Version(PINNED.commit, "main"))


@pytest.mark.parametrize(
    ("uri", "file_format", "text"),
    [
        ("dolt:/data/foo/users", "", "does not begin with dolt://"),
        ("DOLT://h/d/t", "parquet", "does not begin with dolt://"),
        ("s3://bucket/users", "dolt", "does not begin with dolt://"),
        (None, "dolt", "has no URI"),
    ],
)
def test_a_dataset_that_is_meant_for_dolt_and_would_become_a_file_is_refused(uri, file_format, text):
    with pytest.raises(ConfigError, match=text):
        check_place(uri, file_format)


@pytest.mark.parametrize(("uri", "file_format"), [("dolt:///foo/t", ""), ("dolt_out/t", "csv"), (None, "parquet")])
def test_other_datasets_are_left_to_flyte(uri, file_format):
    check_place(uri, file_format)


def test_a_uri_has_no_password_and_an_absolute_path():
    table = DoltTable(DoltConfig("mysql://me:sesame@h/d", "t", branch_conf=AppendBranch("main")))

    assert uri_of(table) == "dolt://me@h/d/t?branch=main"
    assert uri_of(DoltTable(DoltConfig("foo", "t"))).startswith("dolt:///")


def test_a_server_that_only_a_received_uri_names_gets_no_password(monkeypatch):
    monkeypatch.setenv("DOLT_CLI_PASSWORD", "sesame")
    uri = "dolt://flyte@only.in.a.literal/shop/users"

    assert parse_location(received(uri, None).config.db_path).withheld
    again = uri_of(received(uri, None))
    assert parse_location(table_of(again).config.db_path).withheld
    assert parse_location(table_of(uri).config.db_path).password == "sesame"


def test_an_option_of_a_uri_adds_no_other_option() -> None:
    config = table_of("dolt://me@db.internal/shop/t?ssl_ca=%2Fca%26ssl_disabled%3Dtrue").config

    assert config.db_path == "mysql://me@db.internal/shop?ssl_ca=/ca%26ssl_disabled%3Dtrue"
