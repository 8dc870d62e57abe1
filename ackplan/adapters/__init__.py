"""What reaches out of the process: the ACK API, and a workspace in a folder."""
