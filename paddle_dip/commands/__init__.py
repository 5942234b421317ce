"""The commands that restore a person's own photos."""
