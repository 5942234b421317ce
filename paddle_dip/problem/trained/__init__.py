"""What the networks that learn from a data set learn from, and how: configurations, presets, pairs, holes, splits; no framework."""
