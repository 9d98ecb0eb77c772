ALTER TABLE "attempts" ADD COLUMN "patch_expired_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "deletion_due" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "attempts_deletion_due" ON "attempts" USING btree ("id") WHERE deletion_due;