"""Ground floor: points, clock, keyed random streams and errors. Imports nothing else of the house."""
