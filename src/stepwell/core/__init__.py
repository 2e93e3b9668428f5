"""The interpreter: facts in, journal entries and work out. No await, no clock, no chance, no store in here."""
