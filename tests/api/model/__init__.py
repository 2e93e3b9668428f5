"""The whole API as its model has it: every member, every constraint, every declared error."""
