"""The set-up behind `make run` and `make test`: plain standard library, since nothing is installed yet.

`python -m deploy.setup run`    the environment, the packages and the browser libraries; then the server
`python -m deploy.setup test`   the same, and what the tests and `make check` need on top
"""
