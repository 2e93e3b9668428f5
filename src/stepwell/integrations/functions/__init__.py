"""Lambda functions as tasks: run in warm processes here, by workers elsewhere, or by an endpoint like Lambda's."""
