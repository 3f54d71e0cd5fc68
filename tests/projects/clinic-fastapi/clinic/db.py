from collections.abc import AsyncIterator

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from clinic.settings import settings

engine = create_async_engine(settings.database_url, pool_size=60, max_overflow=20)
Session = async_sessionmaker(engine, expire_on_commit=False)


async def session() -> AsyncIterator[AsyncSession]:
    async with Session() as opened:
        yield opened


async def answers() -> bool:
    """Whether the database answers."""
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))
    return True
