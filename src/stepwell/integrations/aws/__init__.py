"""AWS services as tasks: each operation that botocore knows, and the optimized integrations with their own ways."""
