"""Tests of `crm.contacts`."""
