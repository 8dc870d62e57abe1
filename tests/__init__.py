"""The tests. They drive the command line and the public functions against the simulator and real servers."""
