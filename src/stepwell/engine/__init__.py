"""The shell around the core: delivers facts, commits journals, carries out work."""
