"""Encryption of what a store keeps: by age, with a key of the store's own that its recipients open."""
