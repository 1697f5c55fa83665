"""Faults, injected into the whole site as processes (shared matrix of issue 2): on the one command with SQLite, and
again, with --servers, on web, workers and beat over Postgres and Valkey."""
