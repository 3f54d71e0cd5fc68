export interface Product {
  id: string;
  name: string;
  description: string;
  priceCents: number;
  currency: string;
}

const BASE = import.meta.env.VITE_API_BASE_URL;

export async function listProducts(): Promise<Product[]> {
  const response = await fetch(`${BASE}/api/v1/products`, { signal: AbortSignal.timeout(8000) });
  const page = await response.json();
  return page.items;
}

export async function addToBasket(productId: string): Promise<void> {
  await fetch(`${BASE}/api/v1/basket/items`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ productId, quantity: 1 }),
    signal: AbortSignal.timeout(8000),
  });
}
