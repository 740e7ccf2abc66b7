#!/bin/sh
# Copies the database with its whole history to a remote, then lets the server collect its garbage.
#
#   DOLT_HOST, DOLT_PORT      the server
#   DOLT_DATABASE             the database
#   DOLT_CLI_PASSWORD         root's password, which `dolt` itself reads
#   BACKUP_URL                where to: aws://[table:bucket]/shop, gs://bucket/shop, file:///backups/shop
set -eu

# The server copies the database, so it needs the credentials of the remote.
dolt --host "$DOLT_HOST" --port "$DOLT_PORT" --user root --use-db "$DOLT_DATABASE" sql <<SQL
CALL DOLT_BACKUP('sync-url', '$BACKUP_URL');
CALL DOLT_GC();
SQL
echo "maintain.sh: $DOLT_DATABASE is copied to $BACKUP_URL, and its garbage is collected"
