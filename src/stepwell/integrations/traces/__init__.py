"""Where traces of executions are sent."""
