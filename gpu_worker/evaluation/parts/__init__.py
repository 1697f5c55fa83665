"""The parts of an evaluation. Each is a function of a study and gives a result that can be written as JSON."""
