"""HTTP Tasks: `arn:aws:states:::http:invoke`, a request to any HTTPS API with a connection's credentials."""
