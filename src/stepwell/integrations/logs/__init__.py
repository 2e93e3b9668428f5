"""Where execution logs are written."""
