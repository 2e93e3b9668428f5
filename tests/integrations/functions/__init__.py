"""Functions: real processes, real files."""
