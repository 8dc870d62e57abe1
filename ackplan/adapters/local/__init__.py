"""Where things are kept: the record, the journal of a run, the lock, and where secrets are read from."""
