import axios from "axios";

let kept = { at: 0, rates: {} };

/** Today's rates, asked for once an hour. */
export async function rates() {
  if (Date.now() - kept.at > 3600_000) {
    const answer = await axios.get(`${process.env.RATES_URL}/latest`);
    kept = { at: Date.now(), rates: answer.data.rates };
  }
  return kept.rates;
}
