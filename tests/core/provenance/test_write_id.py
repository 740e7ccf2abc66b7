"""Write ids: a retry finds its commit and writes nothing, in every mode and after a lost connection."""

import contextlib
import select
import socket
import threading
import urllib.parse

import pandas as pd
import pytest

from dolt_integrations.core import AppendBranch, MergeBranch, NewBranch, history, read_table, write_table
from dolt_integrations.errors import ConfigError, DoltError
from tests.conftest import run_sql
from tests.helpers.saves.write_ids import FIRST, MORE, commits
from tests.helpers.script import run_together
from tests.helpers.threads import in_threads

WHERE = {
    "default": None,
    "append branch": AppendBranch("main"),
    "new branch": NewBranch("run/1"),
    "merge": MergeBranch("c2", "main"),
}


def branch_of(where):
    return where.name if where is not None and where.name else "main"


@pytest.mark.parametrize("where", WHERE.values(), ids=WHERE)
@pytest.mark.parametrize("mode", ["replace", "append", "upsert"])
@pytest.mark.parametrize("others", [False, True])
def test_a_retry_returns_its_own_commit_and_writes_nothing(mode, where, others, tagged):
    branch = branch_of(where)
    first = write_table(tagged, "t", MORE, mode=mode, branch_conf=where, write_id="run-1")
    if others:
        later = pd.DataFrame({"id": [9], "value": ["other"]})
        write_table(tagged, "t", later, branch_conf=AppendBranch(branch), write_id="run-2")
    before = commits(tagged, branch), run_sql(tagged, "SELECT * FROM t", revision=branch)

    again = write_table(tagged, "t", MORE, mode=mode, branch_conf=where, write_id="run-1")

    assert (again.commit, again.table_hash, again.branch) == (first.commit, first.table_hash, first.branch)
    assert (first.changed, again.changed) == (True, False)
    assert (commits(tagged, branch), run_sql(tagged, "SELECT * FROM t", revision=branch)) == before


@pytest.mark.parametrize("mode", ["replace", "append"])
def test_a_retry_after_a_merge_commit_returns_the_merge(mode, tagged):
    write_table(tagged, "other", MORE)
    first = write_table(tagged, "t", pd.concat([FIRST, MORE]) if mode == "replace" else MORE, mode=mode,
                        branch_conf=MergeBranch("c2", "main"), write_id="run-1")  # fmt: skip
    write_table(tagged, "other", FIRST)

    again = write_table(tagged, "t", pd.concat([FIRST, MORE]) if mode == "replace" else MORE, mode=mode,
                        branch_conf=MergeBranch("c2", "main"), write_id="run-1")  # fmt: skip

    assert again.commit == first.commit
    assert again.table_hash == first.table_hash
    assert read_table(tagged, "t", as_of=again.commit).data["id"].tolist() == [1, 2, 3]


def test_another_write_id_is_another_write(database):
    for number in range(3):
        write_table(database, "t", FIRST, mode="append", write_id=f"run-{number}")

    assert len(read_table(database, "t").data) == 6


@pytest.mark.parametrize("mode", ["replace", "append"])
@pytest.mark.parametrize("where", [None, MergeBranch("main", "main")], ids=repr)
def test_an_id_of_other_rows_or_of_another_table_is_not_taken_for_this_write(where, mode, tagged):
    write_table(tagged, "t", MORE, mode=mode, branch_conf=where, write_id="run-1")

    other = write_table(tagged, "other", FIRST, mode=mode, branch_conf=where, write_id="run-1")
    again = write_table(tagged, "t", MORE.assign(id=4), mode=mode, branch_conf=where, write_id="run-1")

    assert other.changed
    assert again.changed
    assert len(read_table(tagged, "other").data) == 2
    assert 4 in read_table(tagged, "t").data["id"].tolist()
    assert not write_table(tagged, "t", MORE.assign(id=4), mode=mode, branch_conf=where, write_id="run-1").changed
    assert not write_table(tagged, "other", FIRST, mode=mode, branch_conf=where, write_id="run-1").changed


def test_two_appends_without_an_id_are_two_writes(database):
    write_table(database, "t", FIRST, mode="append")
    write_table(database, "t", FIRST, mode="append")

    assert len(read_table(database, "t").data) == 4


@pytest.mark.parametrize(
    "write_id",
    ["100%", "%s", "a_b", "it's", 'say "x"', "back\\slash", "日本/🍣", "a: b", "Write-Id: x", "two  spaces", "x" * 2000,
     " padded ", "tab\tbed", "two\nlines", "crlf\r\nx", "line\u2028separator", "form\x0cfeed", "#hash", "-m"],
)  # fmt: skip
def test_an_id_of_any_text_is_found_again_or_refused(write_id, database):
    try:
        first = write_table(database, "t", MORE, mode="append", write_id=write_id)
    except ConfigError:
        assert commits(database) == 1
        return

    again = write_table(database, "t", MORE, mode="append", write_id=write_id)

    assert (again.commit, again.changed) == (first.commit, False)
    assert len(read_table(database, "t").data) == 1


@pytest.mark.parametrize("write_id", ["", " ", "\n"])
def test_an_id_without_a_letter_is_refused_or_found_again(write_id, database):
    try:
        write_table(database, "t", MORE, mode="append", write_id=write_id)
        write_table(database, "t", MORE, mode="append", write_id=write_id)
    except ConfigError:
        assert commits(database) == 1
    else:
        assert len(read_table(database, "t").data) == 1


@pytest.mark.parametrize("pair", [("run-1", "run-11"), ("run_1", "runx1"), ("a%", "ab"), ("a", "A")])
def test_an_id_is_not_taken_for_another_one(pair, database):
    one, other = pair
    write_table(database, "t", MORE, mode="append", write_id=one)

    version = write_table(database, "t", MORE, mode="append", write_id=other)

    assert version.changed
    assert len(read_table(database, "t").data) == 2


def test_an_id_in_the_text_of_another_message_is_not_this_write(database):
    run_sql(database, "CALL DOLT_COMMIT('--allow-empty', '-m', 'See Write-Id: run-1 for more')")

    assert write_table(database, "t", MORE, mode="append", write_id="run-1").changed


@pytest.mark.parametrize("message", ["Add users", "Two\n\nparagraphs", "Key: value", "With\n\nTrailer: x"])
def test_the_id_stands_in_the_message_as_a_trailer(message, database):
    version = write_table(database, "t", MORE, message=message, write_id="run-1")

    found = run_sql(database, f"SELECT message FROM dolt_log WHERE commit_hash = '{version.commit}'")[0][0]
    assert found.splitlines()[-1] == "Write-Id: run-1"
    assert found.startswith(message.strip())


def test_a_new_branch_whose_creation_was_not_confirmed_is_found(tagged):
    first = write_table(tagged, "t", MORE, mode="append", branch_conf=NewBranch("run/2", base="c2"), write_id="w")
    write_table(tagged, "t", FIRST.head(1))

    again = write_table(tagged, "t", MORE, mode="append", branch_conf=NewBranch("run/2", base="c2"), write_id="w")

    assert again.commit == first.commit


def test_an_id_that_is_on_another_branch_is_not_on_this_one(tagged):
    write_table(tagged, "t", MORE, mode="append", branch_conf=NewBranch("run/1", base="c2"), write_id="w")

    assert write_table(tagged, "t", MORE, mode="append", write_id="w").changed


@pytest.mark.parametrize("count", [1, 20_000])
def test_one_id_in_many_threads_at_once_is_written_once(count, database):
    data = pd.DataFrame({"value": ["x"] * count})
    together, versions, failures = threading.Barrier(6), [], []

    def work():
        together.wait()
        try:
            versions.append(write_table(database, "t", data, mode="append", write_id="run-1"))
        except DoltError as error:
            failures.append(error)

    in_threads([work] * 6)

    assert failures == []
    assert len({version.commit for version in versions}) == 1
    assert [version.changed for version in versions].count(True) == 1
    assert len(read_table(database, "t").data) == count


def test_one_id_in_two_processes_at_once_is_written_once(repository, script):
    code = """
    import sys
    import pandas as pd
    from dolt_integrations.core import write_table
    print("ready", flush=True)
    sys.stdin.readline()
    version = write_table(sys.argv[1], "t", pd.DataFrame({"a": [1]}), mode="append", write_id="run-1")
    print(version.commit)
    """
    writers = [script(code, repository.path) for _ in range(2)]
    commits_made = {printed.strip() for printed in run_together(writers, 120)}

    assert len(commits_made) == 1
    assert repository.sql("select count(*) as n from t") == [{"n": "1"}]


class Proxy:
    """A proxy that cuts the connection instead of returning the answer to a statement that contains a text."""

    def __init__(self, port, text):
        self.target, self.text, self.uses = port, text, 1
        self.cut = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.clients = []
        self.threads = [threading.Thread(target=self._accept)]
        self.threads[0].start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.clients.append(client)
            self.threads.append(threading.Thread(target=self._serve, args=(client,)))
            self.threads[-1].start()

    def _serve(self, client):
        """Forward bytes both ways, until one side ends or the answer is to be lost."""
        cutting = False
        with client, socket.create_connection(("127.0.0.1", self.target)) as server:
            while True:
                for source in select.select([client, server], [], [])[0]:
                    data = self._receive(source)
                    if cutting and source is server:
                        self.cut.set()
                        return
                    if not data:
                        return
                    if source is client and self.uses and self.text in data:
                        self.uses, cutting = 0, True
                    (server if source is client else client).sendall(data)

    @staticmethod
    def _receive(source):
        try:
            return source.recv(65536)
        except OSError:
            return b""

    def close(self):
        """Accept no more connections, and close those that are open."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for client in self.clients:
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
        for thread in self.threads:
            thread.join()


@pytest.fixture
def cut(database):
    """Return a function for a URL whose connection breaks once, after a statement with a text was executed."""
    made = []

    def make(text):
        parts = urllib.parse.urlsplit(database)
        made.append(Proxy(parts.port, text))
        return made[-1], database.replace(f":{parts.port}/", f":{made[-1].port}/")

    yield make
    for proxy in made:
        proxy.close()


@pytest.mark.parametrize("write_id", [None, "run-1"])
@pytest.mark.parametrize("where", [None, NewBranch("run/1"), MergeBranch("main", "main")], ids=repr)
@pytest.mark.parametrize("text", [b"DOLT_COMMIT", b"DOLT_MERGE", b"\x03COMMIT", b"RELEASE_LOCK", b"DOLT_BRANCH"])
def test_an_append_whose_answer_is_lost_is_written_once(text, where, write_id, database, cut):
    write_table(database, "t", FIRST)
    _, url = cut(text)

    try:
        version = write_table(url, "t", MORE, mode="append", branch_conf=where, write_id=write_id)
    except DoltError:
        assert write_id is not None  # retrying is up to the caller then
        version = write_table(url, "t", MORE, mode="append", branch_conf=where, write_id=write_id)

    branch = branch_of(where)
    assert commits(database, branch) == 3
    assert run_sql(database, "SELECT COUNT(*) FROM t", revision=branch) == [(3,)]
    assert version.commit == run_sql(database, f"SELECT HASHOF('{branch}')")[0][0]
    write_table(url, "t", MORE, branch_conf=where)
    assert not [name for (name,) in run_sql(database, "SELECT name FROM dolt_branches") if "/work/" in name]


def test_a_replace_whose_answer_is_lost_has_one_commit(database, cut):
    write_table(database, "t", FIRST, primary_key="id")
    proxy, url = cut(b"DOLT_COMMIT")

    write_table(url, "t", MORE, write_id="run-1")

    assert proxy.cut.is_set()
    assert commits(database) == 3
    assert read_table(database, "t").data.equals(MORE)


def test_a_commit_that_names_no_rows_is_found_by_its_write_id(tagged):
    first = write_table(tagged, "t", iter([MORE]), mode="append", write_id="run-1")
    assert "Write-Rows" not in history(tagged)["message"].iloc[0]

    assert write_table(tagged, "t", MORE, mode="append", write_id="run-1").commit == first.commit
