"""Questions asked of fits: benchmark, comparison, parity, speed, the study of presets.

It may import everything; only commands, tools and notebooks import it. Nothing that a person's own photo needs belongs here.
"""
