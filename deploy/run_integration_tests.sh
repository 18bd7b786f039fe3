#!/usr/bin/env bash
# Starts the service with its engines and workers, runs the smoke suites and jobs through it, and takes all of it down.
# Most functions are called through check, until_true and traps:
# shellcheck disable=SC2317
set -euo pipefail

usage() {
  cat <<'END'
usage: deploy/run_integration_tests.sh [--no-docker] [--keep-alive] [--verbose]

  --no-docker    processes of this machine instead of containers: PostgreSQL, Redis, and the
                 programs of build/bin (or of the directory in BIN_DIR)
  --keep-alive   leave it running afterwards; without Docker until Ctrl-C
  --verbose      show what the programs print

Exit status: 0 when all passed, 1 when something failed, 2 for a wrong option, a missing tool, or, with
containers, a user who cannot make their secrets.
END
}

docker=yes keep=no verbose=no
for option in "$@"; do
  case "$option" in
    --no-docker) docker=no ;;
    --keep-alive) keep=yes ;;
    --verbose) verbose=yes ;;
    -h | --help) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
  esac
done

cd "$(dirname "$(readlink -f "$0")")/.."
bin=$(readlink -m "${BIN_DIR:-build/bin}")
# What the caller has set for programs of his own is not for these.
while read -r variable; do unset "$variable"; done < <(compgen -v BOTD_; compgen -v BOTCTL_)
unset WORKER_ID REDIS_URL MAX_RETRIES HEALTH_CHECK_INTERVAL LOG_LEVEL

umask 077
work=$(mktemp -d "${TMPDIR:-/tmp}/botd-integration.XXXXXX")
# So that botctl finds nothing of its user's.
if [ "$docker" = no ]; then export HOME=$work; fi
log=$work/runner.log
server_pid='' engines_pid='' engine_logs=() workers=() workers_made=0
passed=0 failed=() ended=no url=''

say() { printf '%s\n' "$*"; }

quietly() { if [ "$verbose" = yes ]; then "$@" 2>&1 | tee -a "$log"; else "$@" >>"$log" 2>&1; fi; }

# until_true SECONDS COMMAND…: not 0 when the time is over, or when the engines that were started are gone.
until_true() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    if [ "$SECONDS" -ge "$deadline" ]; then return 1; fi
    if [ "$ended" = no ] && [ -n "$engines_pid" ] && is_gone "$engines_pid"; then return 1; fi
    sleep 0.2
  done
}

# check PROMISE COMMAND…: one line of the result.
check() {
  local promise=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
    say "PASS  $promise"
  else
    failed+=("$promise")
    say "FAIL  $promise"
    return 1
  fi
}

need() {
  local tool missing=()
  for tool in "$@"; do command -v "$tool" >/dev/null || missing+=("$tool"); done
  if [ ${#missing[@]} -gt 0 ]; then
    say "run_integration_tests: not found: ${missing[*]}" >&2
    exit 2
  fi
}

# Where tests/engines.py looks for PostgreSQL's own programs: Debian does not have them on the path.
need_postgres() {
  if compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; then return; fi
  say "run_integration_tests: not found: /usr/lib/postgresql/*/bin/initdb (the package postgresql)" >&2
  exit 2
}

# The files of make-secrets have to belong to 1000.
need_owner_of_secrets() {
  local who
  who=$(id -u):$(id -g)
  if [ "${who%:*}" = 0 ] || [ "$who" = 1000:1000 ]; then return; fi
  say "run_integration_tests: run it as root, or as the user and group 1000: others cannot give secrets to 1000" >&2
  exit 2
}

# --- services as containers -----------------------------------------------------------------------

export SECRETS_DIR=$work/secrets SERVER_PORT=${SERVER_PORT:-18056}

compose() { docker compose --project-name botd-integration --file deploy/docker-compose.yml "$@"; }

start_containers() {
  quietly compose --profile scale --profile dev --profile tools down --volumes --remove-orphans
  quietly deploy/docker/make-secrets "$SECRETS_DIR" || return 1
  quietly compose build server worker botctl || return 1
  quietly compose up --detach --wait redis postgres server || return 1
  url=http://127.0.0.1:$SERVER_PORT
  key_file=$SECRETS_DIR/admin_key
}

# --- services as processes ------------------------------------------------------------------------

# Those of the tests (tests/engines.py). They end when the standard input of this process ends: however the script does.
start_engines() {
  mkfifo "$work/hold"
  PYTHONPATH=tests PYTHONDONTWRITEBYTECODE=1 setsid python3 -c '
import sys
from engines import Postgres, Redis
with Postgres() as database, Redis() as redis:
    print(database.url, redis.url, redis.port, database.path + "-log", redis.path + "-log", flush=True)
    sys.stdin.read()
' <"$work/hold" >"$work/engines" 2>>"$log" &
  engines_pid=$!
  exec 9>"$work/hold"
  until_true 40 test -s "$work/engines" || return 1
  read -r database_url redis_url redis_port 'engine_logs[0]' 'engine_logs[1]' <"$work/engines"
}

start_server() {
  "$bin/botd" serve --listen 127.0.0.1:0 --data-dir "$work/botd" --database-url "$database_url" \
    --redis-url "$redis_url" --no-embedded-worker --on-shutdown stop >"$work/server.log" 2>&1 9>&- &
  server_pid=$!
  until_true 30 is_up_or_gone && [ -s "$work/botd/endpoint" ] || return 1
  url=$(head -n 1 "$work/botd/endpoint")
  key_file=$work/botd/admin.key
}

is_up_or_gone() { [ -s "$work/botd/endpoint" ] || is_gone "$server_pid"; }

start_worker() {
  workers_made=$((workers_made + 1))
  "$bin/botd" worker --worker-id "worker-$workers_made" --database-url "$database_url" --redis-url "$redis_url" \
    --health-check-interval 2 >"$work/worker-$workers_made.log" 2>&1 9>&- &
  workers+=($!)
}

# --- what the suite does to either ----------------------------------------------------------------

# scale_to N: so many workers in all.
scale_to() {
  if [ "$docker" = yes ]; then
    quietly compose up --detach --no-recreate --scale "worker=$1" worker
  else
    while [ ${#workers[@]} -lt "$1" ]; do start_worker; done
  fi
}

kill_one_worker() {
  if [ "$docker" = yes ]; then
    quietly docker kill --signal KILL "$(compose ps --quiet worker | head -n 1)"
  else
    kill -KILL "${workers[0]}"
    wait "${workers[0]}" 2>/dev/null || true
    unset 'workers[0]'
    workers=("${workers[@]}")
  fi
}

# Every worker ends by itself, and with 0.
stop_workers() {
  local pid code=0
  if [ "$docker" = yes ]; then
    quietly compose stop worker
    return
  fi
  kill -TERM "${workers[@]}"
  for pid in "${workers[@]}"; do wait "$pid" || code=1; done
  workers=()
  return "$code"
}

redis() {
  if [ "$docker" = yes ]; then compose exec -T redis redis-cli "$@"; else redis-cli -p "$redis_port" "$@"; fi
}

smoke() {
  if [ "$docker" = yes ]; then
    quietly compose run --rm botctl smoke
  else
    BOTCTL_SERVER=$url BOTCTL_ADMIN_KEY_FILE=$key_file quietly "$bin/botctl" smoke
  fi
}

# api METHOD PATH [BODY]: the answer; not 0 for a refusal. The key stands in a file, never in an argument.
api() {
  local answer code=0
  answer=$(curl --silent --show-error --fail-with-body --max-time 20 --request "$1" --header "@$work/header" \
    "$url$2" ${3:+--data "$3"} 2>>"$log") || code=1
  printf '%s %s\n%s\n' "$1" "$2" "$answer" >>"$log"
  printf '%s\n' "$answer"
  return "$code"
}

is_ready() { api GET /ready >/dev/null; }

# generate COUNT PRIORITY: the ids of the new jobs, one for each account, are added to those of the file `ids`.
generate() {
  api POST /api/accounts/generate "{\"count\": $1, \"priority\": \"$2\"}" |
    grep -o '[0-9a-f]\{8\}\(-[0-9a-f]\{4\}\)\{3\}-[0-9a-f]\{12\}' >>"$work/ids"
}

# generate_many HOW-MANY COUNT PRIORITY
generate_many() {
  local i
  for ((i = 0; i < $1; i++)); do generate "$2" "$3" || return 1; done
}

all_completed() {
  local completed
  completed=$(api GET '/api/jobs?status=completed&limit=1000') || return 1
  while read -r id; do grep -q "\"id\":\"$id\"" <<<"$completed" || return 1; done <"$work/ids"
}

accounts() { api GET '/api/accounts?limit=1' | grep -o '"total":[0-9]*' | cut -d : -f 2; }

made_since() { [ $(($(accounts) - before)) -eq "$1" ]; }

redis_says() {
  local expected=$1
  shift
  [ "$(redis "$@")" = "$expected" ]
}

expires() {
  local left
  left=$(redis TTL "$1")
  [ "$left" -gt 0 ] && [ "$left" -le "$2" ]
}

beating() { [ "$(redis KEYS 'botrix:worker:health:*' | grep -c botrix)" -eq "$1" ]; }

first_of_list() { redis LINDEX botrix:jobs:queue 0 | grep -q "$1"; }

jobs_flow() {
  : >"$work/ids"
  local before first urgent normal
  before=$(accounts)
  check "jobs are accepted without a worker" generate_many 9 2 normal || return 1
  first=$(head -n 1 "$work/ids")
  normal=$(wc -l <"$work/ids")
  check "urgent ones, too" generate 2 high || return 1
  urgent=$(tail -n "+$((normal + 1))" "$work/ids" | head -n 1)
  check "LLEN botrix:jobs:queue counts them" until_true 10 redis_says "$(wc -l <"$work/ids")" LLEN botrix:jobs:queue || return 1
  check "LRANGE shows the first urgent one first" first_of_list "$urgent" || return 1
  check "a job that waits is pending" redis_says pending GET "botrix:jobs:status:$first" || return 1
  check "and does not expire" redis_says -1 TTL "botrix:jobs:status:$first" || return 1

  scale_to 3
  check "three workers beat" until_true 60 beating 3 || return 1
  check "all jobs complete" until_true 60 all_completed || return 1
  check "the list is empty" until_true 10 redis_says 0 LLEN botrix:jobs:queue || return 1
  check "a finished job says so" until_true 10 redis_says completed GET "botrix:jobs:status:$first" || return 1
  check "has results" redis_says 1 EXISTS "botrix:jobs:results:$first" || return 1
  check "and expires within the hour" expires "botrix:jobs:status:$first" 3600 || return 1
  check "each account exists once" made_since 20 || return 1

  scale_to 5
  check "five workers beat" until_true 60 beating 5 || return 1
  check "150 jobs are accepted" generate_many 50 3 low || return 1
  kill_one_worker
  check "they complete though a worker is killed" until_true 120 all_completed || return 1
  check "and each account exists once" made_since 170 || return 1
  check "workers end in order" stop_workers || return 1
  check "and beat no more" until_true 70 beating 0
}

run_suite() {
  if [ "$docker" = yes ]; then
    check "the containers start" start_containers || return 1
  else
    check "PostgreSQL and Redis start" start_engines || return 1
    check "the server starts" start_server || return 1
  fi
  printf 'X-Admin-API-Key: %s\nContent-Type: application/json\n' "$(cat "$key_file")" >"$work/header"
  check "the server is ready" until_true 60 is_ready || return 1
  local flows=0
  check "botctl smoke" smoke || flows=1
  jobs_flow || flows=1
  return "$flows"
}

# --- the end --------------------------------------------------------------------------------------

show_logs() {
  say
  if [ "$docker" = yes ]; then
    compose logs --no-color --tail 20 2>&1 || true
  fi
  local file
  for file in "$work"/*.log "${engine_logs[@]}"; do
    [ -f "$file" ] || continue
    say "--- the end of $(basename "$file")"
    tail -n 20 "$file"
  done
}

tear_down() {
  [ "$ended" = no ] || return 0
  ended=yes
  trap '' INT TERM HUP
  if [ "$docker" = yes ]; then
    compose --profile scale --profile dev --profile tools down --volumes --remove-orphans >/dev/null 2>&1 || true
  fi
  # Only what was started here, by its number.
  local pid
  for pid in "${workers[@]}" $server_pid; do
    kill -TERM "$pid" 2>/dev/null || true
  done
  for pid in "${workers[@]}" $server_pid; do
    until_true 45 is_gone "$pid" || kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  if [ -n "$engines_pid" ]; then
    exec 9>&-
    wait "$engines_pid" 2>/dev/null || true
  fi
  rm -rf "$work"
}

is_gone() { ! kill -0 "$1" 2>/dev/null; }

summary() {
  say
  say "$passed passed, ${#failed[@]} failed"
  local promise
  for promise in "${failed[@]}"; do say "  failed: $promise"; done
}

interrupted() {
  failed+=("interrupted")
  summary
  tear_down
  exit 1
}

trap interrupted INT TERM HUP
trap tear_down EXIT

if [ "$docker" = yes ]; then
  need docker curl
  need_owner_of_secrets
else
  need python3 curl redis-cli redis-server setsid "$bin/botd" "$bin/botctl"
  need_postgres
fi

code=0
run_suite || code=1
if [ "$code" -ne 0 ]; then show_logs; fi
summary
if [ "$keep" = yes ] && [ -n "$url" ]; then
  say
  say "server: $url, admin key: $key_file"
  if [ "$docker" = yes ]; then
    say "to end it: SECRETS_DIR=$SECRETS_DIR docker compose -p botd-integration -f deploy/docker-compose.yml --profile tools down -v"
    say "and then: rm -r $work"
    trap - EXIT
  else
    say "Redis: redis-cli -p $redis_port, PostgreSQL: $database_url"
    say "Ctrl-C ends all of it"
    trap 'exit $code' INT TERM HUP
    while ! is_gone "$server_pid"; do sleep 1; done
  fi
fi
exit "$code"
