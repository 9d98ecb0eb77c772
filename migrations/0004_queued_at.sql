ALTER TABLE "attempts" ADD COLUMN "queued_at" timestamp with time zone;--> statement-breakpoint
-- Two steps, so that Jobs that are there already do not say that they wait since now.
ALTER TABLE "jobs" ADD COLUMN "queued_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "jobs" ALTER COLUMN "queued_at" SET DEFAULT now();
