"""Numbers only: state in, state out, compiled by numba. Every equation's source stands beside it."""
