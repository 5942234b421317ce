"""Files: pictures, weights, downloads, writing whole or not at all. No framework.

What is in a file belongs here; which files a run keeps, and where, belongs to runs/ and evaluation/.
"""
