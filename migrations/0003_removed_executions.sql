CREATE TABLE "removed_executions" (
	"execution_id" bigint PRIMARY KEY NOT NULL,
	"removed_at" timestamp with time zone DEFAULT now() NOT NULL,
	"leftovers" jsonb,
	"changed_xid" bigint DEFAULT (pg_current_xact_id()::text)::bigint NOT NULL
);
--> statement-breakpoint
CREATE INDEX "removed_executions_changed_xid_index" ON "removed_executions" USING btree ("changed_xid");--> statement-breakpoint
CREATE INDEX "removed_executions_leftovers" ON "removed_executions" USING btree ("execution_id") WHERE leftovers is not null;
