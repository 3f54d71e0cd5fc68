const Redis = require("ioredis");

const redis = new Redis(process.env.REDIS_URL);

async function open(stall) {
  const names = await redis.keys(`basket:${stall}:*`);
  return names.length ? redis.mget(names) : [];
}

function columns(redisRow) {
  return Object.keys(redisRow);
}

async function forget() {
  for await (const names of redis.scanStream({ match: "basket:*", count: 500 })) {
    if (names.length) await redis.unlink(names);
  }
}

module.exports = { open, columns, forget };
