"""The command line: commands, exit codes, and the wiring of adapters to use cases. Nothing else reads the environment."""
