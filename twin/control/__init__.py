"""Controllers: one `predict` for rules and learned policies alike, none of which can see the plant."""
