"""The changeset: what an entity is, how a change is captured, stamped, merged, and put on the wire."""
