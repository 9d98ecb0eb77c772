CREATE TABLE "mirrors" (
	"repository_id" bigint PRIMARY KEY NOT NULL,
	"pins_due_at" timestamp with time zone,
	"repack_due_at" timestamp with time zone,
	"repacked_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "repositories" DROP CONSTRAINT "repositories_code_host_id_name_unique";--> statement-breakpoint
ALTER TABLE "code_hosts" ADD COLUMN "scan" jsonb;--> statement-breakpoint
ALTER TABLE "code_hosts" ADD COLUMN "scan_told_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "mirrors" ADD CONSTRAINT "mirrors_repository_id_repositories_id_fk" FOREIGN KEY ("repository_id") REFERENCES "public"."repositories"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "mirrors_pins_due" ON "mirrors" USING btree ("pins_due_at") WHERE pins_due_at is not null;--> statement-breakpoint
CREATE INDEX "mirrors_repack_due" ON "mirrors" USING btree ("repack_due_at") WHERE repack_due_at is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "repositories_name" ON "repositories" USING btree ("code_host_id","name") WHERE external_id is null;--> statement-breakpoint
-- One statement swaps names: they are compared at its end.
ALTER TABLE "code_hosts" DROP CONSTRAINT "code_hosts_name_unique";--> statement-breakpoint
ALTER TABLE "code_hosts" ADD CONSTRAINT "code_hosts_name_unique" UNIQUE("name") DEFERRABLE INITIALLY IMMEDIATE;--> statement-breakpoint
-- Pins of heads that moved on have stayed until now.
INSERT INTO "mirrors" ("repository_id", "pins_due_at") SELECT "id", now() FROM "repositories";
