"""`python -m stepwell.cli`."""

from stepwell.cli.main import main

main()
