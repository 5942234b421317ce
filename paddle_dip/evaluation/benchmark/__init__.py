"""The super-resolution benchmark: every image once, rows and pictures on disk as they come, to be taken up at any point."""
