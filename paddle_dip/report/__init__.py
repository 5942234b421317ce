"""What came out: rows, tables, curves, pictures, the HTML page. Imports no deep-learning framework."""
