# shellcheck shell=bash disable=SC2034
# Sourced by backup and restore: which installation is meant, and how its database is reached.
#   --compose as the first argument: that of deploy/compose.yml
#   else that of the environment and .env, as `python -m bot` takes them
# Sets `secret` (the file), `database` (a file of SQLite, empty for PostgreSQL) and `sql` and `pg`.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
python=${RELAIS_PYTHON:-$root/.venv/bin/python}

fail() { echo "$(basename "$0"): $*" >&2; exit 1; }
say() { echo "$(basename "$0"): $*"; }

# The password goes to PostgreSQL's tools by the environment: arguments are seen by everybody.
settings() {
    cd "$root" && "$python" - <<'PYTHON'
import os
import shlex
from pathlib import Path

from sqlalchemy.engine import make_url

from bot.commands.environment import read_env_file
from bot.settings import read_settings

environment = {**read_env_file(Path(".env")), **os.environ}
kept = environment.pop("RELAIS_SECRET_FILE", None)
settings = read_settings({**environment, "RELAIS_SECRET": "none is made here"})
url = make_url(settings.database_url.replace("postgres://", "postgresql://", 1))
if url.get_backend_name() == "sqlite":
    found = {"database": os.path.abspath(url.database)}
else:
    parts = {"HOST": url.host, "PORT": url.port, "USER": url.username, "PASSWORD": url.password}
    found = {"database": "", "PGDATABASE": url.database}
    found |= {f"PG{name}": value for name, value in parts.items() if value}
    found |= {f"PG{name.upper()}": value for name, value in url.query.items()}
found["secret"] = os.path.abspath(kept or settings.state / "secret")
for name, value in found.items():
    print(f"export {name}={shlex.quote(str(value))}")
PYTHON
}

if [ "${1:-}" = --compose ]; then
    shift
    database=''
    secret=$root/deploy/secrets/relais_secret
    pg() {
        local program=$1
        shift
        docker compose --file "$root/deploy/compose.yml" exec -T database \
            "$program" --username relais --dbname relais "$@"
    }
else
    found=$(settings) || fail "the settings cannot be read"
    eval "$found"
    pg() { "$@" --no-password --dbname "$PGDATABASE"; }
fi

# Statements, one line for each row.
sql() {
    if [ -z "$database" ]; then
        pg psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --command "$1"
    else
        "$python" - "$database" "$1" <<'PYTHON'
import sqlite3
import sys

file, statement = sys.argv[1:]
with sqlite3.connect(file, timeout=30) as connection:
    for row in connection.execute(statement):
        print(*row, sep="|")
PYTHON
    fi
}
