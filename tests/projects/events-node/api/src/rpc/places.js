const grpc = require("@grpc/grpc-js");
const loader = require("@grpc/proto-loader");
const { pool } = require("../store");

const definition = loader.loadSync("api/proto/places.proto", { keepCase: true });
const { places } = grpc.loadPackageDefinition(definition).events;

const reserve = async (call, answer) => {
  const { rows } = await pool.query("INSERT INTO holds (event_id, places) VALUES ($1, $2) RETURNING id", [
    call.request.event_id,
    call.request.places,
  ]);
  answer(null, { hold_id: rows[0].id });
};

const door = (open) => async (call, answer) => {
  await pool.query("UPDATE events SET doors_open = $2 WHERE id = $1", [call.request.event_id, open]);
  answer(null, { done: true });
};

const server = new grpc.Server();
server.addService(places.v1.Places.service, { reserve });
server.addService(places.v1.Doors.service, { open: door(true), close: door(false) });

module.exports = { places, server };
