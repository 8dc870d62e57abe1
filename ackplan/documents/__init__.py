"""What a file is read with: bounded YAML and JSON whose values know their places, and words for schemas."""
