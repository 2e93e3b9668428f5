"""The States Language: raw definitions in, frozen state machines or diagnostics out."""
