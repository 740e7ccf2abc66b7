"""Servers and processes beside Dolt: object stores, hostile servers, a browser, other users of a machine."""
