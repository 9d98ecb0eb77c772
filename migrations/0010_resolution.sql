DROP INDEX "executions_resolving";--> statement-breakpoint
ALTER TABLE "executions" ADD COLUMN "resolved_at" timestamp with time zone;--> statement-breakpoint
-- Nobody kept when; the Jobs came a moment later.
UPDATE "executions" SET "resolved_at" = "created_at" WHERE "resolving_until" IS NULL;--> statement-breakpoint
-- What replicas were at is owed by whoever comes first.
INSERT INTO "work" ("kind", "key", "payload") SELECT 'resolve', "id"::text, jsonb_build_object('executionId', "id") FROM "executions" WHERE "resolved_at" IS NULL;--> statement-breakpoint
CREATE INDEX "executions_resolving" ON "executions" USING btree ("id") WHERE resolved_at is null;--> statement-breakpoint
ALTER TABLE "executions" DROP COLUMN "resolving_until";
