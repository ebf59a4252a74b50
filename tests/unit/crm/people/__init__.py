"""Tests of `crm.people`."""
