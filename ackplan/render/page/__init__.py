"""A plan or a run as one HTML page that needs nothing else."""
