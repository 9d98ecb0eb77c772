DROP INDEX "jobs_target";--> statement-breakpoint
CREATE UNIQUE INDEX "jobs_target" ON "jobs" USING btree ("execution_id","repository_id","base_ref","directory") WHERE attempt_count = 0;