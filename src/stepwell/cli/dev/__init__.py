"""`stepwell dev`: a server, stand-ins for AWS's services, and a directory that is deployed whenever it is saved."""
