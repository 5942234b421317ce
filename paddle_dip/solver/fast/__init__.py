"""Faster equivalents of slow operations on the CPU; the plain ones, in paddle_dip.solver.layers, are their oracle."""
