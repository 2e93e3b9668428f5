"""Lambda functions as tasks: run here in warm processes, by workers elsewhere, or by an endpoint that is like Lambda's."""
