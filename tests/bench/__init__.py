"""Benchmarks: what the shipped binaries cost, against floors that nothing beats.

    make bench          everything, printed as one table of ratios
    make bench-check    counts and sizes against those in `baseline.json`

- `cloud`: an account of any size, rendered once and answered from memory.
- `floors`: the fewest calls, and the least time AWS's quotas leave for them.
- `process`: a function's processor time, memory and start.
- `table`: measurements, their goals, and how they are told.
- `counts`, `start`, `passes`, `sweeps`, `judging`: what is measured.
- `check`: counts and sizes against `baseline.json`.

Times are compared only with other times of the same run on the same machine, and told as ratios.
"""
