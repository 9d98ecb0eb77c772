-- The service defines the function that it admits Jobs by, under a name of its text: see service/src/jobs/queries/admitJobs.ts.
DROP FUNCTION admit_jobs(bigint);
