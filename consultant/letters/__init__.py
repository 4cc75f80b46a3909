"""Mails read: bytes in, values out. Nothing here knows a database or a setting.

`letter.read_letter` reads a mail, `kinds.kind_of` tells what wrote it, and
`authentication.authenticated` whether it comes from whom it says.
"""
