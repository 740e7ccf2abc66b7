#!/bin/sh
# Creates the database and its users, or sets their passwords and rights to what they should be. It may run any number of times.
#
#   DOLT_HOST, DOLT_PORT      the server
#   DOLT_DATABASE             the database
#   DOLT_CLI_PASSWORD         root's password, which `dolt` itself reads
#   WRITER_PASSWORD           of the user `flyte`: reads, saves, merges, pulls and pushes
#   READER_PASSWORD           of the user `reader`: reads, nothing else
set -eu

# A quote or a backslash in a password would end the string that contains it below.
for password in "$WRITER_PASSWORD" "$READER_PASSWORD"; do
    case $password in
    '' | *[!A-Za-z0-9._~+=/@%:,-]*)
        echo "users.sh: a password is empty, or has a character other than A-Z a-z 0-9 . _ ~ + = / @ % : , -" >&2
        exit 1
        ;;
    esac
done
case $DOLT_DATABASE in
'' | *[!A-Za-z0-9_-]*)
    echo "users.sh: the database's name may have letters, digits, _ and -: $DOLT_DATABASE" >&2
    exit 1
    ;;
esac

sql() {
    dolt --host "$DOLT_HOST" --port "$DOLT_PORT" --user root --use-db "" sql
}

# The server may still be starting.
attempt=0
until echo 'SELECT 1;' | sql >/dev/null; do
    attempt=$((attempt + 1))
    if [ "$attempt" -ge 60 ]; then
        echo "users.sh: no answer from $DOLT_HOST:$DOLT_PORT" >&2
        exit 1
    fi
    sleep 2
done

sql <<SQL
CREATE DATABASE IF NOT EXISTS \`$DOLT_DATABASE\`;

CREATE USER IF NOT EXISTS 'flyte'@'%' IDENTIFIED BY '$WRITER_PASSWORD';
ALTER USER 'flyte'@'%' IDENTIFIED BY '$WRITER_PASSWORD';
GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, EXECUTE, CREATE TEMPORARY TABLES
    ON \`$DOLT_DATABASE\`.* TO 'flyte'@'%';
GRANT EXECUTE ON PROCEDURE \`$DOLT_DATABASE\`.dolt_remote TO 'flyte'@'%';
GRANT EXECUTE ON PROCEDURE \`$DOLT_DATABASE\`.dolt_fetch TO 'flyte'@'%';
GRANT EXECUTE ON PROCEDURE \`$DOLT_DATABASE\`.dolt_push TO 'flyte'@'%';

CREATE USER IF NOT EXISTS 'reader'@'%' IDENTIFIED BY '$READER_PASSWORD';
ALTER USER 'reader'@'%' IDENTIFIED BY '$READER_PASSWORD';
GRANT SELECT ON \`$DOLT_DATABASE\`.* TO 'reader'@'%';
SQL
echo "users.sh: $DOLT_DATABASE has the users flyte and reader"
