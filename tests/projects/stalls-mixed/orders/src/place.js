const mongoose = require("mongoose");

const Order = mongoose.model("Order", new mongoose.Schema({ stall: String, sum: Number }));
const Stall = mongoose.model("Stall", new mongoose.Schema({ name: String, open: Number }));

async function place({ stall, sum }) {
  const session = await mongoose.startSession();
  try {
    return await session.withTransaction(async () => {
      await Stall.updateOne({ name: stall }, { $inc: { open: 1 } }, { session });
      return Order.create([{ stall, sum }], { session });
    });
  } finally {
    await session.endSession();
  }
}

async function move(from, to) {
  const session = await mongoose.startSession();
  const write = () => Order.updateMany({ stall: from }, { stall: to }, { session });
  const replicas = mongoose.connection.getClient().topology.description.setName;
  if (replicas) return session.withTransaction(write);
  return write();
}

module.exports = { place, move };
