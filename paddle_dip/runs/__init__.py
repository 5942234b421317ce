"""Running fits: the unit of work, checkpoint and resume, interruption, progress, provenance.

How a fit goes on belongs here; what a step computes belongs to solver/, what is asked of finished fits to evaluation/.
"""
