"""``python -m aiperf`` is the ``aiperf`` command."""

from aiperf.cli.main import main

if __name__ == "__main__":
    main()
