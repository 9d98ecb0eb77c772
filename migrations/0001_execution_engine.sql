CREATE TABLE "requirements" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "requirements_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"labels" text[] NOT NULL,
	CONSTRAINT "requirements_labels_unique" UNIQUE("labels")
);
--> statement-breakpoint
DROP INDEX "attempts_live";--> statement-breakpoint
INSERT INTO "requirements" ("labels") VALUES ('{}');--> statement-breakpoint
DROP INDEX "jobs_queued";--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "timeout_seconds" integer DEFAULT 3600 NOT NULL;--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "log_object" text;--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "patch_object" text;--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "expired_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "phases" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "executions" ADD COLUMN "max_parallel" integer;--> statement-breakpoint
ALTER TABLE "executions" ADD COLUMN "max_failures" integer;--> statement-breakpoint
ALTER TABLE "executions" ADD COLUMN "paused_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "executions" ADD COLUMN "paused_by" text;--> statement-breakpoint
ALTER TABLE "executions" ADD COLUMN "failures_forgiven" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "executions" ADD COLUMN "resolving_until" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "executions" ADD COLUMN "resolving_request" jsonb;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "errored_count" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "priority" smallint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "rank" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "fairness_class" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "requirement_id" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "ready" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "not_before" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "runners" ADD COLUMN "drain_requested_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "runners" ADD COLUMN "problem" text;--> statement-breakpoint
ALTER TABLE "runners" ADD COLUMN "forgotten_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_requirement_id_requirements_id_fk" FOREIGN KEY ("requirement_id") REFERENCES "public"."requirements"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "attempts_one_live" ON "attempts" USING btree ("job_id") WHERE state in ('claimed', 'running');--> statement-breakpoint
CREATE INDEX "attempts_uncompacted" ON "attempts" USING btree ("id") WHERE log_sealed_at is not null and log_object is null and expired_at is null;--> statement-breakpoint
CREATE INDEX "executions_resolving" ON "executions" USING btree ("resolving_until") WHERE resolving_until is not null;--> statement-breakpoint
CREATE INDEX "executions_paused" ON "executions" USING btree ("id") WHERE paused_at is not null;--> statement-breakpoint
CREATE INDEX "executions_limited" ON "executions" USING btree ("id") WHERE max_failures is not null and paused_at is null;--> statement-breakpoint
CREATE INDEX "jobs_claimable" ON "jobs" USING btree ("requirement_id","priority" DESC NULLS FIRST,"rank","id") WHERE state = 'queued' and ready;--> statement-breakpoint
CREATE INDEX "jobs_held" ON "jobs" USING btree ("execution_id","rank") WHERE state = 'queued' and not ready;--> statement-breakpoint
CREATE INDEX "jobs_ready" ON "jobs" USING btree ("execution_id") WHERE state = 'queued' and ready;--> statement-breakpoint
CREATE INDEX "jobs_fair_queued" ON "jobs" USING btree ("requirement_id","priority","fairness_class","rank") WHERE state = 'queued' and fairness_class <> 0;--> statement-breakpoint
CREATE INDEX "jobs_fair_served" ON "jobs" USING btree ("requirement_id","priority","rank") WHERE state <> 'queued' and fairness_class <> 0;--> statement-breakpoint
UPDATE "jobs" SET "rank" = "id";--> statement-breakpoint
-- Definitions that were stored before say for themselves what was the rule for all.
CREATE FUNCTION pg_temp.completed(definition jsonb) RETURNS jsonb LANGUAGE sql AS $$
  SELECT '{"resources": {"memoryBytes": null, "cpus": null, "processes": null, "diskBytes": null}, "profile": "default",
           "requires": [], "priority": 0, "maxParallel": null, "maxFailures": null}'::jsonb || definition ||
         jsonb_build_object('steps', (
           SELECT coalesce(jsonb_agg('{"timeoutSeconds": null}'::jsonb || step ORDER BY place), '[]')
             FROM jsonb_array_elements(definition -> 'steps') WITH ORDINALITY AS steps (step, place)))
$$;--> statement-breakpoint
UPDATE "action_versions" SET "definition" = pg_temp.completed("definition");--> statement-breakpoint
UPDATE "executions" SET "definition" = pg_temp.completed("definition");--> statement-breakpoint
UPDATE "attempts" SET "outcome" = "outcome" || '{"outOfDisk": false}' WHERE "outcome" ->> 'kind' = 'failed';--> statement-breakpoint
UPDATE "attempts" SET "outcome" = "outcome" || '{"limit": "job"}' WHERE "outcome" ->> 'kind' = 'timedOut';--> statement-breakpoint
-- Rows that change often leave room for their next version on the same page, and dead ones go early (runner.md §3).
ALTER TABLE "jobs" SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);--> statement-breakpoint
ALTER TABLE "attempts" SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);--> statement-breakpoint
-- Makes an Execution's queued Jobs claimable as far as it has room, and holds them while it is paused. A function,
-- because each of its statements sees what was committed before it began: the counts are taken after the row is locked.
-- Rows are locked in the order of their ids, as everywhere where a statement takes several.
CREATE FUNCTION admit_jobs(asked bigint) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  execution executions%ROWTYPE;
  failures bigint;
  room bigint;
  admitted integer;
BEGIN
  SELECT * INTO execution FROM executions WHERE id = asked FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN 0;
  END IF;
  IF execution.max_failures IS NOT NULL AND execution.paused_at IS NULL THEN
    SELECT count(*) INTO failures FROM jobs WHERE execution_id = asked AND state IN ('failed', 'timedOut', 'errored');
    IF failures - execution.failures_forgiven >= execution.max_failures
       AND EXISTS (SELECT FROM jobs WHERE execution_id = asked AND state = 'queued') THEN
      UPDATE executions SET paused_at = now(), paused_by = NULL, changed_xid = (pg_current_xact_id()::text)::bigint
       WHERE id = asked RETURNING * INTO execution;
    END IF;
  END IF;
  IF execution.paused_at IS NOT NULL THEN
    WITH ready AS MATERIALIZED (
      SELECT id FROM jobs WHERE execution_id = asked AND state = 'queued' AND ready ORDER BY id FOR UPDATE)
    UPDATE jobs SET ready = false, changed_xid = (pg_current_xact_id()::text)::bigint
      FROM ready WHERE jobs.id = ready.id AND state = 'queued';
    RETURN 0;
  END IF;
  IF execution.max_parallel IS NOT NULL THEN
    room := greatest(0, execution.max_parallel
      - (SELECT count(*) FROM jobs WHERE execution_id = asked AND state = 'running')
      - (SELECT count(*) FROM jobs WHERE execution_id = asked AND state = 'queued' AND ready));
  END IF;
  -- All Jobs of an Execution have one priority. Without a limit, room is null: no limit.
  WITH due AS (
    SELECT id FROM jobs
     WHERE execution_id = asked AND state = 'queued' AND NOT ready AND (not_before IS NULL OR not_before <= now())
     ORDER BY rank, id LIMIT room),
  chosen AS MATERIALIZED (
    SELECT id FROM jobs WHERE id IN (SELECT id FROM due) ORDER BY id FOR UPDATE)
  UPDATE jobs SET ready = true, not_before = NULL, changed_xid = (pg_current_xact_id()::text)::bigint
    FROM chosen WHERE jobs.id = chosen.id AND state = 'queued';
  GET DIAGNOSTICS admitted = ROW_COUNT;
  RETURN admitted;
END
$$;
