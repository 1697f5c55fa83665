"""Private servers for the tests: made for one run on a free port, gone after it.

Each is taken from, in this order: an address in the environment, a program that the machine has installed, the wheel
in tests/requirements.txt. What merely listens on the usual port is never used: it may hold somebody's data.
"""
