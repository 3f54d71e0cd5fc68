import axios from "axios";

const gateway = axios.create({
  baseURL: process.env.GATEWAY_URL,
  timeout: 4000,
  headers: { authorization: `Bearer ${process.env.GATEWAY_KEY}` },
});

/** Pays money out to a stall's bank account. */
export async function payOut(accountId, cents, iban) {
  const answer = await gateway.post("/payments", { account: accountId, amount: cents, iban });
  return answer.data.id;
}

/** Takes a stall's fee. The key makes the second of two equal requests do nothing. */
export async function chargeFee(accountId, month, cents) {
  const key = `fee-${accountId}-${month}`;
  const answer = await gateway.post("/payments", { account: accountId, amount: cents }, { headers: { "Idempotency-Key": key } });
  return answer.data.id;
}
