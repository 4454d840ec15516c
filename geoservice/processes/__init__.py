"""OGC API Processes: the analysis calls, each described, checked and run at once or as a job."""
