"""The pipelines that `ackplan init` writes, linted as their platforms do, and run step by step."""
