import http from "k6/http";

export const options = {
  scenarios: { rooms: { executor: "constant-vus", vus: 100, duration: "2m" } },
  thresholds: { http_req_duration: ["p(95)<400"], http_req_failed: ["rate<0.01"] },
};

export default function () {
  http.get(`${__ENV.BASE_URL}/api/v2/rooms/1/messages/preview`);
}
