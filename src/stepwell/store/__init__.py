"""Where executions, their journals and open work are kept: memory, SQLite, PostgreSQL behind one protocol."""
