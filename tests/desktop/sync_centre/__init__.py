"""Tests of the sync centre and of conflicts."""
