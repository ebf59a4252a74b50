"""The local copy of one account: what the office confirmed, and what this laptop did on top of it.

`Store` is the door. `store.unit_of_work` writes what a person did together with its journal entry; `fold` takes what
the office sent; `replay` puts the waiting changes back on top. One writer at a time (`writer`); readers never wait.
"""
