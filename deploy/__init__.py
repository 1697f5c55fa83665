"""What sets Tessera up, checks it and ships it. Nothing here is imported by the site or the worker."""
