"""What becomes of a run when things go wrong: kills, lost answers, full disks, secrets where they must not be."""
