"""Tests of the calls of AWS services, against moto's servers and against small ones that misbehave."""
