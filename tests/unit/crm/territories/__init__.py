"""Tests of `crm.territories`."""
