const grpc = require("@grpc/grpc-js");
const { places } = require("./places");

const credentials = grpc.credentials.createSsl();
const placesClient = new places.v1.Places("api:50051", credentials);
const doorsClient = new places.v1.Doors("api:50051", credentials);

const give = (hold) => placesClient.release({ hold_id: hold }, { deadline: Date.now() + 2000 }, () => {});
const shut = (event) => doorsClient.close({ event_id: event }, { deadline: Date.now() + 2000 }, () => {});

module.exports = { give, shut };
