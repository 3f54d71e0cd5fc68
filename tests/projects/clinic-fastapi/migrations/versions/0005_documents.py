"""letters and pictures"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "documents",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("patient_id", sa.Integer(), sa.ForeignKey("patients.id"), nullable=False),
        sa.Column("title", sa.String(200), nullable=True),
        sa.Column("path", sa.String(400), nullable=False),
    )
    op.create_index("ix_documents_patient_id", "documents", ["patient_id"])


def downgrade() -> None:
    op.drop_table("documents")
