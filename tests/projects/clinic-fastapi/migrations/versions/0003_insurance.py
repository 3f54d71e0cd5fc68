"""who pays"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("patients", sa.Column("insurer", sa.String(80), nullable=False))
    op.add_column("patients", sa.Column("language", sa.String(5), nullable=False, server_default="de"))
    op.create_index("ix_patients_name", "patients", ["name"])


def downgrade() -> None:
    op.drop_index("ix_patients_name")
    op.drop_column("patients", "language")
    op.drop_column("patients", "insurer")
