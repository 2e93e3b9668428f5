"""Paths, intrinsic functions, choice comparisons and payload templates: text in, `Expression` out."""
