"""Suppliers, territories, and where an order was brought from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and columns."""
    op.create_table(
        "supplier",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("unit", sa.LargeBinary(length=16), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("deleted", sa.SmallInteger(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("contact_name", sa.String(length=100), nullable=False),
        sa.Column("contact_title", sa.String(length=100), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("fax", sa.String(length=40), nullable=False),
        sa.Column("website", sa.String(length=300), nullable=False),
        sa.Column("address_country", sa.String(length=2), nullable=False),
        sa.Column("address_province", sa.String(length=60), nullable=False),
        sa.Column("address_city", sa.String(length=60), nullable=False),
        sa.Column("address_street", sa.String(length=300), nullable=False),
        sa.Column("address_postcode", sa.String(length=16), nullable=False),
        sa.Column("note", sa.String(length=4000), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("feed_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("stamps", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_supplier_unit_version", "supplier", ["unit", "version"])
    op.create_table(
        "territory",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("unit", sa.LargeBinary(length=16), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("deleted", sa.SmallInteger(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("region", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("feed_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("stamps", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_territory_unit_version", "territory", ["unit", "version"])
    op.create_table(
        "user_territory",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("unit", sa.LargeBinary(length=16), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("deleted", sa.SmallInteger(), nullable=False),
        sa.Column("user_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("territory_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.LargeBinary(length=16), nullable=True),
        sa.Column("feed_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("stamps", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_user_territory_territory_id"), "user_territory", ["territory_id"])
    op.create_index(op.f("ix_user_territory_user_id"), "user_territory", ["user_id"])
    op.create_index("ix_user_territory_unit_version", "user_territory", ["unit", "version"])
    op.add_column("product", sa.Column("supplier_id", sa.LargeBinary(length=16), nullable=True))
    # Rows that are there need a value; SQLite cannot take the default away again, so it stays in both databases.
    op.add_column("sales_order", sa.Column("origin", sa.String(length=40), nullable=False, server_default=""))
