CREATE TABLE "campaigns" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "campaigns_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"request_key" uuid NOT NULL,
	"name" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"action_id" bigint NOT NULL,
	"template" jsonb NOT NULL,
	"plan_id" bigint NOT NULL,
	"execution_id" bigint NOT NULL,
	"drift_execution_id" bigint,
	"drift_checked_at" timestamp with time zone,
	"drifted" integer,
	"drift_missing" integer,
	"created_by" bigint NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"partial_reason" text,
	"closed_at" timestamp with time zone,
	"changed_xid" bigint DEFAULT (pg_current_xact_id()::text)::bigint NOT NULL,
	CONSTRAINT "campaigns_request_key_unique" UNIQUE("request_key")
);
--> statement-breakpoint
CREATE TABLE "removed_campaigns" (
	"campaign_id" bigint PRIMARY KEY NOT NULL,
	"changed_xid" bigint DEFAULT (pg_current_xact_id()::text)::bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "changeset_commits" (
	"changeset_id" bigint NOT NULL,
	"commit" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "changeset_commits_changeset_id_commit_pk" PRIMARY KEY("changeset_id","commit")
);
--> statement-breakpoint
CREATE TABLE "changeset_events" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "changeset_events_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"changeset_id" bigint NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	"kind" text NOT NULL,
	"data" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"source" text NOT NULL,
	"key" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "changesets" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "changesets_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"key" uuid DEFAULT gen_random_uuid() NOT NULL,
	"campaign_id" bigint NOT NULL,
	"repository_id" bigint NOT NULL,
	"base_ref" text NOT NULL,
	"directory" text DEFAULT '' NOT NULL,
	"branch" text NOT NULL,
	"state" text DEFAULT 'unpublished' NOT NULL,
	"reason" jsonb,
	"publication" text NOT NULL,
	"wanted_number" integer DEFAULT 1 NOT NULL,
	"execution_id" bigint NOT NULL,
	"job_id" bigint NOT NULL,
	"action_version" integer NOT NULL,
	"base_revision" text NOT NULL,
	"base_tree" text NOT NULL,
	"result_tree" text NOT NULL,
	"added_lines" integer DEFAULT 0 NOT NULL,
	"removed_lines" integer DEFAULT 0 NOT NULL,
	"files" integer DEFAULT 0 NOT NULL,
	"title" text NOT NULL,
	"body" text NOT NULL,
	"message" text NOT NULL,
	"author_name" text NOT NULL,
	"author_email" text NOT NULL,
	"commit_date" timestamp with time zone NOT NULL,
	"leaving" boolean DEFAULT false NOT NULL,
	"gate_passed" text,
	"decision" jsonb,
	"keeps" text,
	"reopen" boolean DEFAULT false NOT NULL,
	"merge" jsonb,
	"rebase" boolean DEFAULT false NOT NULL,
	"pushed_commit" text,
	"closed_by" text,
	"pull_request" jsonb,
	"last_applied" jsonb,
	"seen_head" text,
	"looked_at" timestamp with time zone,
	"published_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	"detached_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"changed_xid" bigint DEFAULT (pg_current_xact_id()::text)::bigint NOT NULL,
	CONSTRAINT "changesets_key_unique" UNIQUE("key")
);
--> statement-breakpoint
CREATE TABLE "plan_items" (
	"plan_id" bigint NOT NULL,
	"repository_id" bigint NOT NULL,
	"base_ref" text NOT NULL,
	"directory" text DEFAULT '' NOT NULL,
	"kind" text NOT NULL,
	"absence" text,
	"execution_id" bigint NOT NULL,
	"job_id" bigint NOT NULL,
	"attempt_id" bigint,
	"action_version" integer NOT NULL,
	"base_revision" text NOT NULL,
	"base_tree" text,
	"result_tree" text,
	"files" integer,
	"added_lines" integer,
	"removed_lines" integer,
	CONSTRAINT "plan_items_plan_id_repository_id_base_ref_directory_pk" PRIMARY KEY("plan_id","repository_id","base_ref","directory")
);
--> statement-breakpoint
CREATE TABLE "plans" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "plans_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"digest" text NOT NULL,
	"left_out" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "plans_digest_unique" UNIQUE("digest")
);
--> statement-breakpoint
ALTER TABLE "executions" ADD COLUMN "left_out" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "kept_scopes" ADD COLUMN "left_out" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_action_id_actions_id_fk" FOREIGN KEY ("action_id") REFERENCES "public"."actions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_plan_id_plans_id_fk" FOREIGN KEY ("plan_id") REFERENCES "public"."plans"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "changeset_commits" ADD CONSTRAINT "changeset_commits_changeset_id_changesets_id_fk" FOREIGN KEY ("changeset_id") REFERENCES "public"."changesets"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "changeset_events" ADD CONSTRAINT "changeset_events_changeset_id_changesets_id_fk" FOREIGN KEY ("changeset_id") REFERENCES "public"."changesets"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "changesets" ADD CONSTRAINT "changesets_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "changesets" ADD CONSTRAINT "changesets_repository_id_repositories_id_fk" FOREIGN KEY ("repository_id") REFERENCES "public"."repositories"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plan_items" ADD CONSTRAINT "plan_items_plan_id_plans_id_fk" FOREIGN KEY ("plan_id") REFERENCES "public"."plans"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plan_items" ADD CONSTRAINT "plan_items_repository_id_repositories_id_fk" FOREIGN KEY ("repository_id") REFERENCES "public"."repositories"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "campaigns_name" ON "campaigns" USING btree (lower("name"));--> statement-breakpoint
CREATE INDEX "campaigns_changed_xid_index" ON "campaigns" USING btree ("changed_xid");--> statement-breakpoint
CREATE INDEX "campaigns_plan_id_index" ON "campaigns" USING btree ("plan_id");--> statement-breakpoint
CREATE INDEX "campaigns_action_id_index" ON "campaigns" USING btree ("action_id");--> statement-breakpoint
CREATE INDEX "campaigns_drift_execution_id_index" ON "campaigns" USING btree ("drift_execution_id");--> statement-breakpoint
CREATE INDEX "removed_campaigns_changed_xid_index" ON "removed_campaigns" USING btree ("changed_xid");--> statement-breakpoint
CREATE UNIQUE INDEX "changeset_events_changeset_id_key_index" ON "changeset_events" USING btree ("changeset_id","key");--> statement-breakpoint
CREATE UNIQUE INDEX "changesets_target" ON "changesets" USING btree ("campaign_id","repository_id","base_ref","directory") WHERE state <> 'merged' and detached_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "changesets_branch" ON "changesets" USING btree ("repository_id","branch") WHERE detached_at is null;--> statement-breakpoint
CREATE INDEX "changesets_campaign_id_index" ON "changesets" USING btree ("campaign_id");--> statement-breakpoint
CREATE INDEX "changesets_changed_xid_index" ON "changesets" USING btree ("changed_xid");--> statement-breakpoint
CREATE INDEX "plan_items_repository_id_index" ON "plan_items" USING btree ("repository_id");--> statement-breakpoint
CREATE INDEX "plan_items_attempt" ON "plan_items" USING btree ("attempt_id") WHERE attempt_id is not null;