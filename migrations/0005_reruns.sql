CREATE TABLE "reruns" (
	"request_key" uuid PRIMARY KEY NOT NULL,
	"execution_id" bigint NOT NULL,
	"jobs" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE INDEX "reruns_execution_id_index" ON "reruns" USING btree ("execution_id");