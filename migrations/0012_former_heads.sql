CREATE TABLE "former_heads" (
	"repository_id" bigint NOT NULL,
	"commit" text NOT NULL,
	"moved_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "former_heads_repository_id_commit_pk" PRIMARY KEY("repository_id","commit")
);
--> statement-breakpoint
ALTER TABLE "former_heads" ADD CONSTRAINT "former_heads_repository_id_repositories_id_fk" FOREIGN KEY ("repository_id") REFERENCES "public"."repositories"("id") ON DELETE no action ON UPDATE no action;