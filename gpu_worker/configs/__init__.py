"""Named sizes: `bundled` is what ships, `tiny` its twin for tests, `paper` what the paper trained."""
