"""Tests of `crm.conflicts`."""
