import http from "k6/http";
import { check } from "k6";

export const options = { vus: 50, duration: "3m" };

export default function () {
  const answer = http.post(
    `${__ENV.BASE_URL}/api/v1/appointments`,
    JSON.stringify({ patient_id: 1, starts_at: "2026-11-02T09:00:00Z", room: "2" }),
    { headers: { "Content-Type": "application/json" } },
  );
  check(answer, { booked: (a) => a.status === 201 });
}
