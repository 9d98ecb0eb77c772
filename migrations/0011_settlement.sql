ALTER TABLE "executions" ADD COLUMN "ended_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "executions" ADD COLUMN "end_number" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
-- What had ended has: nothing of it is to be settled.
UPDATE "executions" SET "end_number" = 1, "ended_at" = (SELECT max("jobs"."ended_at") FROM "jobs" WHERE "execution_id" = "executions"."id") WHERE "resolved_at" IS NOT NULL AND NOT EXISTS (SELECT FROM "jobs" WHERE "execution_id" = "executions"."id" AND "state" IN ('queued', 'running'));--> statement-breakpoint
CREATE INDEX "executions_unended" ON "executions" USING btree ("id") WHERE ended_at is null;--> statement-breakpoint
CREATE INDEX "executions_ended" ON "executions" USING btree ("ended_at");