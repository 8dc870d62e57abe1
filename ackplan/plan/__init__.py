"""The plan: what will happen to each cluster, as immutable data. What is shown and what is done are the same steps."""
