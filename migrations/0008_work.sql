CREATE SEQUENCE "public"."work_tokens" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE TABLE "work" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "work_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"key" text NOT NULL,
	"payload" jsonb NOT NULL,
	"asked_at" timestamp with time zone DEFAULT now() NOT NULL,
	"due_at" timestamp with time zone DEFAULT now() NOT NULL,
	"lease_until" timestamp with time zone,
	"token" bigint DEFAULT 0 NOT NULL,
	"holder" text,
	"tries" integer DEFAULT 0 NOT NULL,
	"reason" text,
	"error" text,
	CONSTRAINT "work_kind_key_unique" UNIQUE("kind","key")
);
--> statement-breakpoint
CREATE INDEX "work_due" ON "work" USING btree ("kind",coalesce(lease_until, due_at),"id");