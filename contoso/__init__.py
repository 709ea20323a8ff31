"""Contoso: a Microsoft 365 tenant that runs on your machine, for the demo and the tests."""
