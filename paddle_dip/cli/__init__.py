"""The command line: every command, its options, and how bad input is told.

What a command does lies below, in the public API, runs/ and evaluation/: here is only what a shell needs.
"""
