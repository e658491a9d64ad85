"""From a scenario and seeds to arrays: each subsystem translates its own part, assembly concatenates."""
