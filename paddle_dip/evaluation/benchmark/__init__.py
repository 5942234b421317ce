"""A benchmark of any protocol: every image once, rows and pictures on disk as they come, resumable at any point."""
