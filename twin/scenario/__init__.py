"""What a user writes: typed, frozen, with units in the key names."""
