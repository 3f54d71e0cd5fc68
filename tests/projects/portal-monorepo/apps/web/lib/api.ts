import type { Ticket } from "@portal/contracts";

const base = process.env.NEXT_PUBLIC_API_URL;

export async function tickets(token: string): Promise<Ticket[]> {
  const answer = await fetch(`${base}/api/tickets`, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(10_000),
  });
  if (!answer.ok) throw new Error(`tickets: ${answer.status}`);
  return answer.json();
}

export const release = process.env.NEXT_PUBLIC_RELEASE ?? "local";
