"""when a patient was reminded"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("appointments", sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))
    with op.get_context().autocommit_block():
        op.create_index("ix_appointments_patient_id", "appointments", ["patient_id"], postgresql_concurrently=True)


def downgrade() -> None:
    op.drop_index("ix_appointments_patient_id")
    op.drop_column("appointments", "reminded_at")
