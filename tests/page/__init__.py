"""The page's script and its data: lint, types and tests that need Node.js, and what holds the data to their schema."""
