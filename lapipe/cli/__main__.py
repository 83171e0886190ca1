"""`python -m lapipe.cli`."""

from lapipe.cli import main

main()
