"""The guard in a real account: deployed beside a stack of its own, played with, and taken away again. See `__main__`."""
