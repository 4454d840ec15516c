"""Our service beside other servers and beside the limits of the machine: ``make bench``; see ``bench/README.md``."""
