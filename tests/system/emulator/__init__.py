"""AWS on this machine, in a process and a virtual environment of its own. See `__main__`."""
