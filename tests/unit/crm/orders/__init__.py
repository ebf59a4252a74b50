"""Tests of sales orders."""
