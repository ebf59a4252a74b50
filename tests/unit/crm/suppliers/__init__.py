"""Tests of `crm.suppliers`."""
