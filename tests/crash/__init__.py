"""A real server is killed again and again under load; what it had acknowledged must still be true afterwards."""
