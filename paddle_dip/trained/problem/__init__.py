"""What the trained networks learn from, and how: configurations, presets, pairs, masks, splits. No framework."""
