"""Cases recorded from AWS, read where they lie and run against a live server."""
