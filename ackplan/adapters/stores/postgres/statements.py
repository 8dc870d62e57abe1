"""The statements. Each is one round trip and one commit, and does the same when it is sent twice.

What writes renews the lease, checks its epoch and does the rest, all at once: a holder that lost its lease changes
nothing. A lease that ran out and that nobody took over is renewed.
"""

# ruff: noqa: S608 - they are put together of each other alone

from __future__ import annotations

from typing import Final

VERSION: Final = 1

SET_UP: Final = (
    "CREATE SCHEMA IF NOT EXISTS ackplan",
    "CREATE TABLE IF NOT EXISTS ackplan.format (version integer PRIMARY KEY)",
    """CREATE TABLE IF NOT EXISTS ackplan.workspace (
  name text PRIMARY KEY, epoch bigint NOT NULL DEFAULT 0, holder text, expires timestamptz,
  serial bigint NOT NULL DEFAULT 0, head text, moved_to text NOT NULL DEFAULT '')""",
    """CREATE TABLE IF NOT EXISTS ackplan.entry (
  workspace text NOT NULL REFERENCES ackplan.workspace, epoch bigint NOT NULL, number bigint NOT NULL,
  data bytea NOT NULL, PRIMARY KEY (workspace, epoch, number))""",
    """CREATE TABLE IF NOT EXISTS ackplan.record (
  workspace text NOT NULL REFERENCES ackplan.workspace, serial bigint NOT NULL, epoch bigint NOT NULL,
  nonce text NOT NULL, data bytea NOT NULL, made timestamptz NOT NULL DEFAULT clock_timestamp(), who text NOT NULL,
  what text NOT NULL, job text NOT NULL, PRIMARY KEY (workspace, serial))""",
    # Records are compressed already.
    "ALTER TABLE ackplan.record ALTER COLUMN data SET STORAGE EXTERNAL",
    """CREATE TABLE IF NOT EXISTS ackplan.plan (
  digest text PRIMARY KEY, workspace text NOT NULL, data bytea NOT NULL,
  made timestamptz NOT NULL DEFAULT clock_timestamp(), who text NOT NULL, job text NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS ackplan.note (
  workspace text NOT NULL, name text NOT NULL, data bytea NOT NULL,
  made timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (workspace, name))""",
    "CREATE TABLE IF NOT EXISTS ackplan.encryption (number integer PRIMARY KEY, keyring bytea NOT NULL)",
    f"INSERT INTO ackplan.format VALUES ({VERSION}) ON CONFLICT DO NOTHING",
)

THERE: Final = "SELECT count(to_regclass('ackplan.format'))::int AS count"

FORMAT: Final = "SELECT max(version) AS version FROM ackplan.format"

NEW_WORKSPACE: Final = "INSERT INTO ackplan.workspace (name) VALUES (%s) ON CONFLICT DO NOTHING"

# A server whose commits are not durable by default makes these durable: an epoch that was lost would come twice.
_DURABLE = "WITH durable AS (SELECT set_config('synchronous_commit', 'on', true))"

TAKE: Final = f"""{_DURABLE} UPDATE ackplan.workspace
SET epoch = epoch + 1, holder = %(holder)s, expires = clock_timestamp() + make_interval(secs => %(ttl)s)
FROM durable WHERE name = %(name)s AND moved_to = '' AND (holder IS NULL OR expires < clock_timestamp())
RETURNING 1 AS count"""

LOOK: Final = """SELECT holder, epoch, expires::text, moved_to,
  extract(epoch FROM expires - clock_timestamp())::float8 AS remaining,
  extract(epoch FROM clock_timestamp())::float8 AS clock
FROM ackplan.workspace WHERE name = %s"""

_LEASE = (
    _DURABLE
    + """, lease AS (
  UPDATE ackplan.workspace SET expires = clock_timestamp() + make_interval(secs => %(ttl)s){more}
  FROM durable WHERE name = %(name)s AND epoch = %(epoch)s AND holder IS NOT NULL{only} RETURNING name)"""
)

RENEW: Final = _LEASE.format(more="", only="") + " SELECT count(*) FROM lease"

BEGIN: Final = _LEASE.format(more=", head = %(head)s", only="") + " SELECT count(*) FROM lease"

_INSERT = """INSERT INTO ackplan.entry (workspace, epoch, number, data)
  SELECT name, %(epoch)s, number, data
  FROM lease, unnest(%(numbers)s::bigint[], %(entries)s::bytea[]) AS t (number, data)
  ON CONFLICT DO NOTHING"""

APPEND: Final = _LEASE.format(more="", only="") + f", added AS ({_INSERT}) SELECT count(*) FROM lease"

CONCLUDE: Final = (
    _LEASE.format(more=", serial = %(serial)s, head = %(head)s", only=" AND serial = %(expected)s")
    + """, written AS (
  INSERT INTO ackplan.record (workspace, serial, epoch, nonce, data, who, what, job)
  SELECT name, %(serial)s, %(epoch)s, %(nonce)s, %(record)s::bytea, %(who)s, %(what)s, %(job)s
  FROM lease WHERE %(record)s::bytea IS NOT NULL),
gone AS (
  DELETE FROM ackplan.entry USING lease
  WHERE workspace = lease.name AND %(first)s > 0 AND (epoch, number) < (%(epoch)s, %(first)s)),
kept AS ("""
    + _INSERT
    + ") SELECT count(*) FROM lease"
)

FREE: Final = """UPDATE ackplan.workspace SET holder = NULL, expires = NULL
WHERE name = %(name)s AND epoch = %(epoch)s AND holder IS NOT NULL"""

RELEASE: Final = f"""{_DURABLE} UPDATE ackplan.workspace SET holder = NULL, expires = NULL, epoch = epoch + 1
FROM durable WHERE name = %s AND holder = %s"""

_ENTRIES = "ARRAY(SELECT e.{column} FROM ackplan.entry e WHERE e.workspace = w.name ORDER BY e.epoch, e.number)"

SNAPSHOT: Final = f"""SELECT w.head, w.serial, CASE WHEN w.serial = %(cached)s THEN NULL ELSE r.data END AS data,
  coalesce(r.epoch, 0) AS epoch, w.moved_to, {_ENTRIES.format(column="data")} AS entries,
  {_ENTRIES.format(column="epoch")} AS epochs, {_ENTRIES.format(column="number")} AS numbers
FROM ackplan.workspace w LEFT JOIN ackplan.record r ON r.workspace = w.name AND r.serial = w.serial
WHERE w.name = %(name)s"""

_VERSION = "SELECT serial, epoch, nonce, made AS moment, who, what, job, data FROM ackplan.record WHERE workspace = %s"

VERSIONS: Final = _VERSION + " ORDER BY serial DESC LIMIT %s"

AT: Final = _VERSION + " AND serial = %s"

# Tables and what a run does with them.
_RIGHTS = """(VALUES ('format', 'SELECT'), ('workspace', 'SELECT'), ('workspace', 'INSERT'), ('workspace', 'UPDATE'),
  ('entry', 'SELECT'), ('entry', 'INSERT'), ('entry', 'DELETE'), ('record', 'SELECT'), ('record', 'INSERT'),
  ('plan', 'SELECT'), ('plan', 'INSERT'), ('note', 'SELECT'), ('note', 'INSERT'), ('note', 'UPDATE'),
  ('encryption', 'SELECT'))"""

CHECK: Final = f"""SELECT pg_is_in_recovery() AS is_standby,
  current_setting('transaction_read_only') = 'on' AS is_read_only,
  current_setting('fsync') AS fsync, current_setting('full_page_writes') AS full_page_writes,
  extract(epoch FROM clock_timestamp())::float8 AS clock,
  ARRAY(SELECT r.verb || ' on ackplan.' || r.place FROM {_RIGHTS} AS r (place, verb)
    WHERE CASE WHEN to_regclass('ackplan.' || r.place) IS NULL THEN true
      ELSE NOT has_table_privilege('ackplan.' || r.place, r.verb) END) AS missing"""

MOVE: Final = _LEASE.format(more=", moved_to = %(to)s", only="") + " SELECT count(*) FROM lease"

MOVE_BACK: Final = "UPDATE ackplan.workspace SET moved_to = '' WHERE name = %s AND moved_to = %s"

REMOVE: Final = """WITH mine AS (
  SELECT name FROM ackplan.workspace WHERE name = %(name)s AND epoch = %(epoch)s AND holder IS NOT NULL FOR UPDATE),
entries AS (DELETE FROM ackplan.entry USING mine WHERE workspace = mine.name),
records AS (DELETE FROM ackplan.record USING mine WHERE workspace = mine.name),
notes AS (DELETE FROM ackplan.note USING mine WHERE workspace = mine.name),
gone AS (DELETE FROM ackplan.workspace w USING mine WHERE w.name = mine.name RETURNING 1)
SELECT count(*) FROM gone"""

KEEP_PLAN: Final = """INSERT INTO ackplan.plan (digest, workspace, data, who, job) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING"""

KEPT_PLAN: Final = "SELECT data FROM ackplan.plan WHERE digest = %s"

KEEP_NOTE: Final = """INSERT INTO ackplan.note (workspace, name, data) VALUES (%s, %s, %s)
ON CONFLICT (workspace, name) DO UPDATE SET data = excluded.data, made = clock_timestamp()"""

NOTES_THERE: Final = "SELECT count(to_regclass('ackplan.note'))::int AS count"

NOTES: Final = """SELECT name, data, extract(epoch FROM made)::float8 AS kept_at FROM ackplan.note
WHERE workspace = %s AND EXISTS (SELECT 1 FROM unnest(%s::text[]) AS b (begin) WHERE starts_with(name, b.begin))
ORDER BY made DESC LIMIT %s"""

KEYRING: Final = "SELECT number, keyring FROM ackplan.encryption ORDER BY number DESC LIMIT 1"

ADD_KEYRING: Final = "INSERT INTO ackplan.encryption VALUES (%s, %s) ON CONFLICT DO NOTHING"

KEYRING_AT: Final = "SELECT number, keyring FROM ackplan.encryption WHERE number = %s"

KEPT: Final = "SELECT (SELECT count(*) FROM ackplan.workspace) + (SELECT count(*) FROM ackplan.plan) AS count"

WORKSPACES: Final = "SELECT name FROM ackplan.workspace ORDER BY name"
