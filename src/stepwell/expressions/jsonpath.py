"""JSONPath in Jayway's dialect, compiled to closures."""
