"""The command line, against servers in processes of their own."""
