"""A plan or a run as Terraform's JSON, for tools that read it."""
