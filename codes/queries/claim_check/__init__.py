"""The claim checker: what Medicare's published rules say of the lines of a claim together.

`claim.py` reads a claim from its address, `written_claim.py` from text and CSV. `facts.py` fetches
what the rules need in a few statements; the rules are plain functions over claim and facts.
"""
