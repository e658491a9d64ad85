"""Ground floor: points, clock, keyed random streams and errors. Imports nothing from the rest of the house."""
