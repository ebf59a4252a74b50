"""Tests of `crm.terms`."""
