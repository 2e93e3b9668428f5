"""Tests of the places that events are sent to: web servers, files, AWS services by moto."""
