"""Pages and their fragments: each allows, parses, calls one service and answers."""
