export interface Product {
  id: string;
  name: string;
  priceCents: number;
  currency: string;
}

const BASE = import.meta.env.VITE_API_BASE_URL ?? "";
const TIMEOUT_MS = 8000;

async function call<T>(path: string, init: RequestInit = {}): Promise<T> {
  const response = await fetch(`${BASE}${path}`, {
    ...init,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok) {
    throw new Error(`${path} answered ${response.status}`);
  }
  return (await response.json()) as T;
}

export async function listProducts(): Promise<Product[]> {
  const page = await call<{ items: Product[] }>("/api/v1/products");
  return page.items;
}

export async function signIn(email: string, password: string): Promise<string> {
  const answer = await call<{ token: string }>("/api/v1/auth/login", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email, password }),
  });
  return answer.token;
}

export async function placeOrder(token: string, productId: string, key: string): Promise<string> {
  const order = await call<{ id: string }>("/api/v1/orders", {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      "idempotency-key": key,
    },
    body: JSON.stringify({ items: [{ productId, quantity: 1 }] }),
  });
  return order.id;
}
