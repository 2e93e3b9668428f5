"""Others that are given the same work, each with the programs that it needs."""
