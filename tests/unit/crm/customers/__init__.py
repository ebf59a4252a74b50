"""Tests of `crm.customers`."""
