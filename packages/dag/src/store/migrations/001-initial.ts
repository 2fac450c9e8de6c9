import { type Kysely, type Migration, sql } from "kysely";

const statements = [
  `create table dag_version (
    id text primary key, dag_id text not null, version_number integer not null, hash text not null,
    structure text not null, source text not null, created_at bigint not null,
    unique (dag_id, version_number))`,
  `create table dag (
    dag_id text primary key, description text, fileloc text not null, relative_fileloc text not null,
    is_paused integer not null, is_stale integer not null, has_import_errors integer not null,
    timetable_summary text, timetable_description text, owners text not null,
    max_active_runs integer not null, max_active_tasks integer not null,
    last_interval_start bigint, last_interval_end bigint,
    next_logical_date bigint, next_data_interval_start bigint, next_data_interval_end bigint, next_run_after bigint,
    last_parsed_at bigint, last_parse_duration_millis double precision,
    dag_version_id text not null references dag_version (id))`,
  `create table dag_tag (
    dag_id text not null references dag (dag_id) on delete cascade, name text not null, primary key (dag_id, name))`,
  `create table dag_run (
    id integer primary key, dag_id text not null references dag (dag_id) on delete cascade, run_id text not null,
    run_type text not null, state text not null,
    logical_date bigint, data_interval_start bigint, data_interval_end bigint, run_after bigint not null,
    queued_at bigint, start_date bigint, end_date bigint, updated_at bigint not null, last_scheduling_decision bigint,
    conf text not null, note text, triggered_by text, triggering_user_name text,
    dag_version_id text not null references dag_version (id),
    unique (dag_id, run_id), unique (dag_id, logical_date))`,
  `create index dag_run_state on dag_run (state, dag_id)`,
  `create index dag_run_after on dag_run (dag_id, run_after)`,
  `create table task_instance (
    pk integer primary key, id text not null unique,
    run_pk integer not null references dag_run (id) on delete cascade, task_id text not null, map_index integer not null,
    state text, try_number integer not null, max_tries integer not null,
    scheduled_at bigint, queued_at bigint, start_date bigint, end_date bigint, updated_at bigint not null, retry_at bigint,
    hostname text, pid integer, worker_id text, lease_until bigint, n_resets integer not null,
    operator text not null, pool text not null, pool_slots integer not null, queue text not null,
    priority_weight integer not null, note text, is_leaf integer not null,
    up_total integer not null, up_success integer not null, up_skipped integer not null, up_failed integer not null,
    up_upstream_failed integer not null, up_removed integer not null,
    unique (run_pk, task_id, map_index))`,
  `create index task_instance_state on task_instance (state, run_pk)`,
  `create index task_instance_run on task_instance (run_pk, state, is_leaf)`,
  `create table task_instance_history (
    pk integer primary key, id text not null unique,
    run_pk integer not null references dag_run (id) on delete cascade, task_id text not null, map_index integer not null,
    state text, try_number integer not null, max_tries integer not null,
    scheduled_at bigint, queued_at bigint, start_date bigint, end_date bigint, updated_at bigint not null,
    hostname text, pid integer,
    operator text not null, pool text not null, pool_slots integer not null, queue text not null,
    priority_weight integer not null, note text,
    unique (run_pk, task_id, map_index, try_number))`,
  `create table xcom (
    run_pk integer not null references dag_run (id) on delete cascade, task_id text not null, map_index integer not null,
    key text not null, value text not null, length integer, timestamp bigint not null,
    primary key (run_pk, task_id, map_index, key))`,
  `create table variable (key text primary key, value text not null, description text, updated_at bigint not null)`,
  `create table import_error (
    id integer primary key, filename text not null unique, stack_trace text not null, timestamp bigint not null)`,
  `create table job (
    id integer primary key, job_type text not null, state text not null, start_date bigint not null, end_date bigint,
    latest_heartbeat bigint not null, hostname text not null, pid integer not null)`,
];

/** Released: never edited again. What changes later is a further file. */
export const initial: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};
