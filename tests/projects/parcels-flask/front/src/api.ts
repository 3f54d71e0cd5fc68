async function ask<T>(path: string, method = "GET", body?: unknown): Promise<T> {
  const answer = await fetch(path, {
    method,
    body: body === undefined ? undefined : JSON.stringify(body),
    headers: { "content-type": "application/json", authorization: `Bearer ${localStorage.getItem("token") ?? ""}` },
    signal: AbortSignal.timeout(8000),
  });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return answer.json() as Promise<T>;
}

export interface Tracked {
  code: string;
  note: string;
}

export async function login(email: string, password: string): Promise<void> {
  const { token } = await ask<{ token: string }>("/v1/customers/login", "POST", { email, password });
  localStorage.setItem("token", token);
}

export const theme = (name: string): void => localStorage.setItem("theme", name);

export async function where(code: string): Promise<Tracked[]> {
  const answer = await fetch(`/v1/tracking/${encodeURIComponent(code)}`, { signal: AbortSignal.timeout(8000) });
  return answer.json();
}

export async function redirectTo(code: string): Promise<void> {
  await fetch(`/v1/tracking/${code}/redirect`, { method: "POST", signal: AbortSignal.timeout(8000) });
}
