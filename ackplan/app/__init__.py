"""One use case a module. Use cases get their ports from the command line, and know nothing of screens."""
