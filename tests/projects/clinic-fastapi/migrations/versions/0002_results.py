"""laboratory results"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "results",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("patient_id", sa.Integer(), sa.ForeignKey("patients.id"), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("event_id", sa.String(80), nullable=False, unique=True),
    )
    op.create_index("ix_results_patient_id", "results", ["patient_id"])


def downgrade() -> None:
    op.drop_table("results")
