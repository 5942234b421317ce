"""How fast a fit step is, in one framework and against another; each side in a process of its own. Imports no framework."""
