"""What every format says of a plan or a run, in one view: its order, words, counts and times."""
