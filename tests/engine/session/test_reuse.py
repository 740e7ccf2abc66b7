"""Which statements leave something in a session, so that it has to be reset before its next use."""

import pytest

from dolt_integrations.engine.session.reuse import fires_triggers, leaves_nothing

NOTHING = [
    "SELECT 1",
    "SELECT @@dolt_allow_commit_conflicts",
    "SELECT GET_LOCK(%s, %s), GET_LOCK(%s, %s)",
    "SELECT IS_FREE_LOCK(%s)",
    "SET @released_0 = RELEASE_LOCK(%s)",
    "INSERT INTO t VALUES (1)",
    "DELETE FROM t",
    "UPDATE t SET a = 1",
    "REPLACE INTO t VALUES (1)",
    "LOAD DATA LOCAL INFILE 'x' INTO TABLE t",
    "CREATE TABLE t (a int)",
    "ALTER TABLE t ADD b int",
    "DROP TABLE t",
    "START TRANSACTION",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT here",
    "USE `shop`",
    "SHOW WARNINGS",
    "CALL DOLT_COMMIT('-Am', 'all')",
]
SOMETHING = [
    "SELECT @a := 1",
    "SELECT 1 INTO @a",
    "SELECT a INTO @`b` FROM t",
    "SELECT GET_LOCK('mine', 1)",
    "SELECT get_lock('mine', 1)",
    "SELECT LAST_INSERT_ID(5)",
    "SELECT last_insert_id(5)",
    "SET @a = 1",
    "SET SESSION foreign_key_checks = 0",
    "CREATE TEMPORARY TABLE t (a int)",
    "CALL a_procedure()",
    "PREPARE s FROM 'SELECT 1'",
    "WITH c AS (SELECT 1) SELECT @a := 1",
    "LOCK TABLES t READ",
]
WRITES = ["INSERT INTO t VALUES (1)", "DELETE FROM t", "UPDATE t SET a = 1", "REPLACE INTO t VALUES (1)", "LOAD DATA x"]


@pytest.mark.parametrize("statement", NOTHING)
def test_a_session_is_as_before_after(statement):
    assert leaves_nothing(statement)


@pytest.mark.parametrize("statement", SOMETHING)
def test_a_session_may_be_another_after(statement):
    assert not leaves_nothing(statement)


@pytest.mark.parametrize("statement", [*WRITES, "SELECT 1", "DROP TABLE t"])
def test_triggers_are_fired_by_writes_of_rows(statement):
    assert fires_triggers(statement) is (statement in WRITES)
