import { check, sleep } from "k6";
import http from "k6/http";

const BASE_URL = __ENV.BASE_URL;

export const options = {
  stages: [
    { duration: "30s", target: 50 },
    { duration: "2m", target: 50 },
    { duration: "30s", target: 0 },
  ],
  thresholds: {
    http_req_failed: ["rate<0.01"],
    http_req_duration: ["p(95)<300", "p(99)<800"],
    checks: ["rate>0.99"],
  },
};

export default function browse() {
  const page = http.get(`${BASE_URL}/api/v1/products?limit=24`);
  check(page, { "the catalogue comes": (r) => r.status === 200 });
  const first = page.json("items.0.id");
  if (first) {
    const one = http.get(`${BASE_URL}/api/v1/products/${first}`);
    check(one, { "a product comes": (r) => r.status === 200 });
  }
  sleep(1);
}
