"""Types of resources: each in a folder of its own. No layer below this one knows them by name."""
