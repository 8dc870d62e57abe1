"""A plan or drift as Markdown, for a pull request."""
