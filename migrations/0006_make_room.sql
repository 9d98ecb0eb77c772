ALTER TABLE "executions" ALTER COLUMN "created_by" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "action_versions" ADD COLUMN "format_version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "actions" ADD COLUMN "owner_id" bigint;--> statement-breakpoint
-- Until somebody else is named, who made it answers for it.
UPDATE "actions" SET "owner_id" = "first"."created_by" FROM "action_versions" AS "first" WHERE "first"."action_id" = "actions"."id" AND "first"."version" = (SELECT min("version") FROM "action_versions" WHERE "action_id" = "actions"."id");--> statement-breakpoint
ALTER TABLE "actions" ALTER COLUMN "owner_id" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "code_hosts" ADD COLUMN "name" text;--> statement-breakpoint
-- The last part of its folder's path; the first host of a name keeps it. Others have their id behind it, as often as it takes
-- until no folder has that name: what ends with one id is never what ends with another.
WITH "based" AS (SELECT "id", coalesce(nullif(substring("location" from '[^/]+$'), ''), 'repositories') AS "base" FROM "code_hosts"), "numbered" AS (SELECT "id", "base", row_number() OVER (PARTITION BY "base" ORDER BY "id") AS "place" FROM "based"), "named" AS (SELECT "id", CASE WHEN "place" = 1 THEN "base" ELSE (SELECT "longer"."name" FROM (SELECT "times", "numbered"."base" || repeat('-' || "numbered"."id", "times") AS "name" FROM generate_series(1, (SELECT count(*)::int FROM "based")) AS "times") AS "longer" WHERE "longer"."name" NOT IN (SELECT "based"."base" FROM "based") ORDER BY "longer"."times" LIMIT 1) END AS "name" FROM "numbered") UPDATE "code_hosts" SET "name" = "named"."name" FROM "named" WHERE "named"."id" = "code_hosts"."id";--> statement-breakpoint
ALTER TABLE "code_hosts" ALTER COLUMN "name" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "code_hosts" ADD COLUMN "settings" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "code_hosts" ADD COLUMN "present" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "code_hosts" ADD COLUMN "problem" text;--> statement-breakpoint
ALTER TABLE "code_hosts" ADD COLUMN "listed_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "executions" ADD COLUMN "format_version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "executions" ADD COLUMN "started_by" jsonb DEFAULT '{"kind":"person"}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "executions" ADD COLUMN "coverage" text DEFAULT 'subset' NOT NULL;--> statement-breakpoint
-- Nobody kept how much of its scope an earlier Execution covers, and a subset says nothing of what it leaves out.
ALTER TABLE "executions" ALTER COLUMN "coverage" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "directory" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "repositories" ADD COLUMN "external_id" text;--> statement-breakpoint
ALTER TABLE "repositories" ADD COLUMN "url" text;--> statement-breakpoint
ALTER TABLE "repositories" ADD COLUMN "archived" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "repositories" ADD COLUMN "fork" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "repositories" ADD COLUMN "visibility" text;--> statement-breakpoint
ALTER TABLE "repositories" ADD COLUMN "description" text;--> statement-breakpoint
ALTER TABLE "repositories" ADD COLUMN "topics" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "repositories" ADD COLUMN "language" text;--> statement-breakpoint
ALTER TABLE "repositories" ADD COLUMN "pushed_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "actions" ADD CONSTRAINT "actions_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "jobs_target" ON "jobs" USING btree ("execution_id","repository_id","base_ref","directory");--> statement-breakpoint
CREATE UNIQUE INDEX "repositories_external_id" ON "repositories" USING btree ("code_host_id","external_id") WHERE external_id is not null;--> statement-breakpoint
ALTER TABLE "code_hosts" ADD CONSTRAINT "code_hosts_name_unique" UNIQUE("name");