"""The command line: commands, exit codes, wiring of adapters to use cases. Nothing else reads the environment."""
