"""Proof that the physics is right: suites of cases with independent answers, run with the engine as shipped."""
