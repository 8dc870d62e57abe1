"""A board: static pages of all workspaces of a store, and the data that they show."""
