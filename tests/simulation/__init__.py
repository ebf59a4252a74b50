"""The whole system in one thread: a real office and real laptops, with a road, clocks and crashes that come from a seed.

`python -m tests.simulation` plays seeds and prints one line of JSON (``make simulate``). A seed is a little story: two
to four laptops of three reps and some people at the office work on the same customers and orders, while messages get
lost, doubled, reordered and cut, clocks jump, programs die between two statements, and one of the office's rules has
a bug. What must hold is checked after every step against books of our own (`ledger`, `mirror`), not against the code
that is tried. The same seed gives the same trace, byte for byte.

The numbers of the checks are those of the invariants of the sync protocol (section 16).
"""
