"""The command line: options, what is printed and asked, exit codes. What a command does, a use case does."""
