"""Paths, intrinsic functions, JSONata, choice comparisons and payload templates: text in, `Expression` out."""
