"""One file a state type: what happens when a branch is in it."""
