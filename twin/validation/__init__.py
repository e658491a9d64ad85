"""Proof that the physics is right: suites of cases with independent answers, on the engine as shipped."""
