"""Files in: from bytes to rows of named cells, and from cells to values. Knows no database."""
